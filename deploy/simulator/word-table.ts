/** The 256 words of every simulated answer: short, lower case, no two alike. */
export const wordList: readonly string[] = (
  'able about above across act add after again age ago air all almost alone along also always ' +
  'among and animal answer any apple area arm around art ask away baby back bad ball band bank ' +
  'base bear beat bed been before began begin behind best better between big bird black blood ' +
  'blue board boat body book both box boy bread break bring brother brown build burn busy but buy ' +
  'call came camp can capital car card care carry case cat catch cause cell center chair chance ' +
  'change check child choose circle city class clean clear climb clock close cloud coast coat cold ' +
  'color come common cook cool copy corn corner cost cotton could count country course cover cow ' +
  'create cross crowd cry current cut dance danger dark day dead deal dear death decide deep degree ' +
  'design did differ direct distant divide doctor dog dollar done door double down draw dream dress ' +
  'drink drive drop dry during each ear early earth ease east eat edge effect egg eight either else ' +
  'end enemy energy engine enough enter equal even evening event ever every exact example except ' +
  'expect eye face fact fair fall family famous far farm fast father favor fear feed feel feet few ' +
  'field fight figure fill final find fine finger finish fire first fish fit five flat floor flow ' +
  'flower fly follow food foot for force forest form forward four free fresh friend from front fruit ' +
  'full fun game garden gas gather gave general glad glass gold gone good got grand grass gray great ' +
  'green group'
).split(' ');
