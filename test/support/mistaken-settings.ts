/** Ways to get a file of settings wrong, each made of a number so that no two are alike. */
export const mistakes: readonly ((index: number) => string)[] = [
  (index) => `listen: { port: ${index} `,
  (index) =>
    `replicas: [{ url: "http://127.0.0.1:${index + 1}" }, { url: "http://127.0.0.1:${index + 1}" }]`,
  (index) => `zzz${index}: 1`,
  (index) => `limits: { bodyBytesMax: ${index} }`,
  (index) => `limits: { bodyBytesMax: .nan, n${index}: 1 }`,
  (index) => `keys: [{ sha256: "${index}", tenant: a }]`,
  (index) => `timeouts: { totalMs: 1e${300 + index} }`,
  (index) => `timeouts: { totalMs: "${index}x" }`,
  (index) => `tenants: [{ name: nobody${index} }]`,
  (index) => `routing: { policy: policy${index} }`,
  (index) => `listen: { host: "0.0.0.0", port: ${index} }`,
  (index) => `models: { aliases: { a${index}: b, b: c } }`,
  (index) => `replicas: "http://127.0.0.1:${index}"`,
  (index) => `- ${index}`,
  (index) => `__proto__: { a: ${index} }\nconstructor: 1`,
  (index) => `limits: &a { openRequestsMax: ${index + 1}\nkeys: *a`,
  (index) => `shutdown: { drainMs: \${NO_SUCH_VARIABLE_${index}} }`,
  (index) => `replicas: [{ url: "http://127.0.0.1:1", caFile: "/nowhere/${index}.pem" }]`,
  (index) => `replicas: [{ url: "ftp://a:${index}" }]`,
  (index) => `admin: { keySha256: "${'A'.repeat(64)}" } # ${index}`,
];
