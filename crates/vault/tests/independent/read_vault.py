"""Opens a vault by what docs/vault-format.md says, sharing nothing with the program that wrote it.

Usage: read_vault.py FILE password|passkey|recovery < KEY

KEY is the password, the passkey's answer in hexadecimal, or the recovery code. Prints generation and contents as JSON.
Needs the package `cryptography` 44 or later, for Argon2id.
"""

import hashlib
import hmac
import json
import struct
import sys

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id


def hkdf(key, info):
    extracted = hmac.new(bytes(32), key, hashlib.sha256).digest()
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()


def hchacha20(key, nonce):
    def rotate(value, count):
        return ((value << count) | (value >> (32 - count))) & 0xFFFFFFFF

    words = list(struct.unpack("<16I", b"expand 32-byte k" + key + nonce))

    def quarter(a, b, c, d):
        for x, y, z, count in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            words[x] = (words[x] + words[y]) & 0xFFFFFFFF
            words[z] = rotate(words[z] ^ words[x], count)

    for _ in range(10):
        for a in range(4):
            quarter(a, a + 4, a + 8, a + 12)
        for a in range(4):
            quarter(a, (a + 1) % 4 + 4, (a + 2) % 4 + 8, (a + 3) % 4 + 12)
    return struct.pack("<8I", *words[:4], *words[12:])


def unseal(key, nonce, sealed, additional):
    assert len(nonce) == 24
    return ChaCha20Poly1305(hchacha20(key, nonce[:16])).decrypt(bytes(4) + nonce[16:], sealed, additional)


class Bytes:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        assert self.at + count <= len(self.data), "cut off"
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, count):
        return int.from_bytes(self.take(count), "big")


def recovery(code):
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    symbols = "".join(c for c in code.upper() if c.isalnum()).translate(str.maketrans("OILU", "011V"))
    total = 0
    for symbol in symbols:
        total = (((total << 1) ^ (0b100101 if total & 16 else 0)) & 31) ^ alphabet.index(symbol)
    assert len(symbols) == 28 and total == 0, "mistyped"
    return symbols.encode()


def slot_key(kind, needs, given, wanted):
    if kind == 1 and wanted == "password":
        salt, memory, passes, lanes = needs.take(16), needs.number(4), needs.number(4), needs.number(1)
        kdf = Argon2id(salt=salt, length=32, iterations=passes, lanes=lanes, memory_cost=memory)
        return kdf.derive(given.encode())
    if kind == 2 and wanted == "passkey":
        return hkdf(bytes.fromhex(given), b"countersign vault passkey 1")
    if kind == 3 and wanted == "recovery":
        return hkdf(recovery(given), b"countersign vault recovery code 1")
    return None


def main():
    wanted, given = sys.argv[2], sys.stdin.read().rstrip("\n")
    with open(sys.argv[1], "rb") as file:
        data = Bytes(file.read())
    assert data.take(8) == b"CSVAULT\n" and data.number(2) == 1
    generation, master = data.number(8), None
    for _ in range(data.number(1)):
        slot = data.take(data.number(2))
        opened, wrapped = slot[:-72], slot[-72:]
        needs = Bytes(opened)
        kind, _id, _made = needs.take(1)[0], needs.take(8), needs.number(8)
        needs.take(needs.number(1))
        key = slot_key(kind, needs, given, wanted)
        if key is not None:
            master = unseal(key, wrapped[:24], wrapped[24:], b"countersign vault slot 1" + opened)
    header = data.data[:data.at]
    nonce = data.take(24)
    plain = Bytes(unseal(hkdf(master, b"countersign vault payload 1"), nonce, data.data[data.at:], header))
    text = plain.take(plain.number(4))
    assert not any(plain.data[plain.at:]) and len(plain.data) % 4096 == 0
    json.dump({"generation": generation, "contents": json.loads(text)}, sys.stdout)


main()
