"""Makes the files beside it, as their apps would, with none of the project's code. All secrets are made up.

Needs python3 with `cryptography` 44 and `pyzipper` 0.4, libsodium 1.0.18, and `oathtool` for the codes:

    python3 make.py

The files are kept, since what is random in them would change with every run. Those named `cheap-` are for the fuzzers.
"""
import base64, ctypes, ctypes.util, hashlib, hmac, json, os, struct, subprocess, urllib.parse, uuid
import pyzipper
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

PASSWORD = "pässwörd ✓".encode()
NOW = 1_700_000_000
sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
os.chdir(os.path.dirname(os.path.abspath(__file__)))


def b32(text):
    return base64.b32encode(text.encode()).decode().rstrip("=")


def b64(data):
    return base64.b64encode(data).decode()


# issuer, account, kind, secret, algorithm, digits, period or counter
TOKENS = [
    ("Alpha", "anna@example.org", "TOTP", b32("made-up-secret-alpha"), "SHA1", 6, 30),
    ("Beta", "ben", "TOTP", b32("made-up-secret-beta"), "SHA256", 8, 60),
    ("Gämma", "gül : home", "TOTP", b32("made-up-secret-gamma-1"), "SHA512", 7, 30),
    ("Delta", "dora", "HOTP", b32("made-up-secret-delta"), "SHA1", 6, 41),
    ("Steam", "eve", "STEAM", b32("made-up-steam-secret"), "SHA1", 5, 30),
]
PLAIN = [t for t in TOKENS if t[4] == "SHA1" and t[2] == "TOTP"]


def write(name, data):
    if isinstance(data, (dict, list)):
        data = json.dumps(data, ensure_ascii=False, indent=1)
    if isinstance(data, str):
        data = data.encode()
    with open(name, "wb") as file:
        file.write(data)


def compact(data):
    return json.dumps(data, ensure_ascii=False).encode()


def gcm(key, text, bound=None):
    nonce = os.urandom(12)
    return nonce, AESGCM(key).encrypt(nonce, text, bound)


def argon2id(salt, kib, passes, lanes):
    return Argon2id(salt=salt, length=32, iterations=passes, lanes=lanes, memory_cost=kib).derive(PASSWORD)


def cbc(key, iv, text):
    pad = 16 - len(text) % 16
    cipher = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return cipher.update(text + bytes([pad]) * pad) + cipher.finalize()


def uri(token, extra=""):
    issuer, account, kind, secret, algorithm, digits, moving = token
    label = urllib.parse.quote(f"{issuer}:{account}", safe="")
    text = f"otpauth://{kind.lower()}/{label}?secret={secret}&issuer={urllib.parse.quote(issuer)}"
    text += f"&algorithm={algorithm}&digits={digits}"
    return text + (f"&counter={moving}" if kind == "HOTP" else f"&period={moving}") + extra


# ---- lists of addresses, Ente ----
write("list.txt", "\n\n".join(uri(t) for t in TOKENS) + "\n")
write("list-commas.txt", ", ".join(uri(t) for t in TOKENS))


def display(**values):
    defaults = dict(pinned=False, trashed=False, lastUsedAt=0, tapCount=0, tags=[], note="", position=0, iconSrc="", iconID="")
    return "&codeDisplay=" + urllib.parse.quote_plus(json.dumps(defaults | values, ensure_ascii=False))


ente = [uri(TOKENS[0], display(pinned=True, tags=["work", "two words"], note="a note, with 100% & ünicode\nof two lines", tapCount=7, lastUsedAt=1_699_999_000_000_000))]
ente += [uri(TOKENS[1], display(trashed=True))] + [uri(t, display()) for t in TOKENS[2:]]
write("ente.txt", "\n".join(ente))


def ente_sealed(tag, ops, mem):
    salt, header = os.urandom(16), ctypes.create_string_buffer(24)
    key = argon2id(salt, mem // 1024, ops, 1)
    state = ctypes.create_string_buffer(sodium.crypto_secretstream_xchacha20poly1305_statebytes())
    assert sodium.crypto_secretstream_xchacha20poly1305_init_push(state, header, key) == 0
    text = "\n".join(ente).encode()
    out = ctypes.create_string_buffer(len(text) + 17)
    assert sodium.crypto_secretstream_xchacha20poly1305_push(state, out, None, text, ctypes.c_ulonglong(len(text)), None, ctypes.c_ulonglong(0), ctypes.c_ubyte(tag)) == 0
    return dict(version=1, kdfParams=dict(memLimit=mem, opsLimit=ops, salt=b64(salt)), encryptedData=b64(out.raw), encryptionNonce=b64(header.raw))


write("ente-encrypted.json", ente_sealed(3, 2, 8 << 20))
write("ente-encrypted-message.json", ente_sealed(0, 1, 8 << 20))
write("cheap-ente.json", ente_sealed(3, 1, 8 << 10))


# ---- Google: two parts ----
def varint(n):
    n &= (1 << 64) - 1
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def google(tokens, size, index, batch, name):
    message = b""
    for issuer, account, kind, secret, algorithm, digits, moving in tokens:
        raw = base64.b32decode(secret + "=" * (-len(secret) % 8))
        entry = field(1, raw) + field(2, f"{issuer}:{account}".encode()) + field(3, issuer.encode())
        entry += field(4, {"SHA1": 1, "SHA256": 2, "SHA512": 3}[algorithm]) + field(5, {6: 1, 8: 2}[digits])
        entry += field(6, {"HOTP": 1, "TOTP": 2}[kind]) + (field(7, moving) if kind == "HOTP" else b"")
        entry += field(8, b"Bsomething-newer")
        message += field(1, entry)
    message += field(2, 1) + field(3, size) + (field(4, index) if index else b"") + field(5, batch)
    write(name, "otpauth-migration://offline?data=" + urllib.parse.quote(b64(message), safe=""))


beta30 = ("Beta", "ben", "TOTP", TOKENS[1][3], "SHA256", 8, 30)
google([TOKENS[0]], 3, 0, -1234567, "google-1.txt")
google([beta30], 3, 1, -1234567, "google-2.txt")
google([TOKENS[3]], 3, 2, -1234567, "google-3.txt")


# ---- Aegis ----
def aegis(version):
    groups = [dict(uuid=str(uuid.uuid4()), name=n) for n in ("Work", "Home")]
    entries = []
    for i, (issuer, account, kind, secret, algorithm, digits, moving) in enumerate(TOKENS):
        info = dict(secret=secret, algo=algorithm, digits=digits)
        info["counter" if kind == "HOTP" else "period"] = moving
        entry = dict(type=kind.lower(), uuid=str(uuid.uuid4()), name=account, issuer=issuer, info=info)
        if version < 3 and i == 0:
            entry["group"] = "Work"
        if version > 1:
            entry |= dict(note="a note" if i == 0 else "", favorite=i == 1)
        if version > 2:
            entry |= dict(icon=b64(b"<svg/>"), icon_mime="image/svg+xml", icon_hash="00", groups=[g["uuid"] for g in groups] if i == 0 else [])
        entries.append(entry)
    entries.append(dict(type="motp", uuid=str(uuid.uuid4()), name="m", issuer="M", info=dict(secret=b32("made-up-motp"), algo="MD5", digits=6, period=10, pin="1234")))
    entries.append(dict(type="yandex", uuid=str(uuid.uuid4()), name="y", issuer="Y", info=dict(secret=b32("made-up-yandex-1"), algo="SHA256", digits=8, period=30, pin="1234")))
    return dict(version=version, entries=entries) | (dict(groups=groups, icons_optimized=True) if version > 2 else {})


for version in (1, 2, 3):
    write(f"aegis-v{version}.json", dict(version=1, header=dict(slots=None, params=None), db=aegis(version)))


def slot(kind, master, password=None, n=1 << 15):
    salt = os.urandom(32)
    key = hashlib.scrypt(password, salt=salt, n=n, r=8, p=1, maxmem=1 << 26, dklen=32) if password else os.urandom(32)
    nonce, sealed = gcm(key, master)
    known = dict(type=kind, uuid=str(uuid.uuid4()), key=sealed[:-16].hex(), key_params=dict(nonce=nonce.hex(), tag=sealed[-16:].hex()))
    return known | (dict(n=n, r=8, p=1, salt=salt.hex(), repaired=True, is_backup=False) if password else {})


master = os.urandom(32)
nonce, sealed = gcm(master, compact(aegis(3)))
slots = [slot(2, master), slot(1, master, b"another password"), slot(1, master, PASSWORD)]
write("aegis-encrypted.json", dict(version=1, header=dict(slots=slots, params=dict(nonce=nonce.hex(), tag=sealed[-16:].hex())), db=b64(sealed[:-16])))

slots = [slot(1, master, PASSWORD, 2)]
write("cheap-aegis.json", dict(version=1, header=dict(slots=slots, params=dict(nonce=nonce.hex(), tag=sealed[-16:].hex())), db=b64(sealed[:-16])))


# ---- 2FAS ----
def twofas(schema):
    group, services = str(uuid.uuid4()), []
    for i, (issuer, account, kind, secret, algorithm, digits, moving) in enumerate(TOKENS):
        if schema < 3 and kind == "HOTP" or schema < 4 and kind == "STEAM" or schema < 2 and algorithm != "SHA1":
            continue
        # One secret in groups of four letters, as people type them.
        secret = " ".join(secret[n:n + 4] for n in range(0, len(secret), 4)).lower() if i == 0 else secret
        otp = dict(label=f"{issuer}:{account}", account=account, issuer=issuer)
        if schema > 1:
            otp |= dict(digits=digits, algorithm=algorithm)
        if schema > 2:
            otp |= dict(tokenType=kind, source="Link")
        if kind != "HOTP":
            otp["period"] = moving
        else:
            otp["counter"] = moving
        services.append(dict(name=issuer, secret=secret, updatedAt=1, otp=otp, order=dict(position=i)) | (dict(groupId=group) if i == 0 else {}))
    return dict(services=services, groups=[dict(id=group, name="Work", isExpanded=True)], updatedAt=1, schemaVersion=schema, appVersionCode=1, appVersionName="1", appOrigin="android")


for schema in (1, 2, 3, 4):
    write(f"twofas-v{schema}.2fas", twofas(schema))
file = twofas(4)
salt = os.urandom(256)
key = hashlib.pbkdf2_hmac("sha256", PASSWORD, salt, 10_000, 32)
nonce, sealed = gcm(key, compact(file["services"]))
write("twofas-encrypted.2fas", file | dict(services=[], servicesEncrypted=f"{b64(sealed)}:{b64(salt)}:{b64(nonce)}"))

# ---- Bitwarden ----
folder = str(uuid.uuid4())
items = [dict(type=2, name="Diary", notes="not to be told", secureNote=dict(type=0)), dict(type=3, name="Gold card", card=dict(number="1")), dict(type=4, name="Me", identity={}), dict(type=5, name="Key", sshKey={}), dict(type=9, name="News")]
items += [dict(type=1, name="No code", login=dict(username="u", password="p", totp=None)), dict(type=1, name="No login", login=None)]
for i, token in enumerate(TOKENS):
    totp = token[3] if i == 0 else f"steam://{token[3]}" if token[2] == "STEAM" else uri(token)
    items.append(dict(type=1, name=token[0], folderId=folder if i == 0 else None, favorite=i == 1, notes="a note" if i == 0 else None, login=dict(username=token[1], password="p", totp=totp)))
items = [dict(id=str(uuid.uuid4())) | item for item in items]
vault = dict(encrypted=False, folders=[dict(id=folder, name="Work")], items=items)
write("bitwarden.json", vault)


def bitwarden_sealed(kind, **costs):
    salt = b64(os.urandom(16))
    if kind == 0:
        key = hashlib.pbkdf2_hmac("sha256", PASSWORD, salt.encode(), costs["kdfIterations"], 32)
    else:
        key = argon2id(hashlib.sha256(salt.encode()).digest(), costs["kdfMemory"] * 1024, costs["kdfIterations"], costs["kdfParallelism"])
    enc, mac = (HKDFExpand(SHA256(), 32, name).derive(key) for name in (b"enc", b"mac"))

    def seal(text):
        iv = os.urandom(16)
        sealed = cbc(enc, iv, text)
        return f"2.{b64(iv)}|{b64(sealed)}|{b64(hmac.digest(mac, iv + sealed, 'sha256'))}"
    return dict(encrypted=True, passwordProtected=True, salt=salt, kdfType=kind) | costs | dict(encKeyValidation_DO_NOT_EDIT=seal(str(uuid.uuid4()).encode()), data=seal(compact(vault)))


write("bitwarden-pbkdf2.json", bitwarden_sealed(0, kdfIterations=100_000, kdfMemory=None, kdfParallelism=None))
write("bitwarden-argon2id.json", bitwarden_sealed(1, kdfIterations=3, kdfMemory=16, kdfParallelism=4))
write("cheap-bitwarden.json", bitwarden_sealed(0, kdfIterations=1, kdfMemory=None, kdfParallelism=None))
rows = ["folder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp"]
rows += [",,note,Diary,\"not to be told, with \"\"quotes\"\"\nand lines\",,0,,,,", ",,login,No code,,,0,https://example.org,u,p,"]
for i, t in enumerate(TOKENS):
    totp = t[3] if i == 0 else f"steam://{t[3]}" if t[2] == "STEAM" else uri(t)
    rows.append(f"{'Work' if i == 0 else ''},{'1' if i == 1 else ''},login,{t[0]},{'a note' if i == 0 else ''},,0,,{t[1]},\"p,\"\"\",{totp}")
write("bitwarden.csv", "\r\n".join(rows) + "\r\n")

# ---- Proton ----
entries = []
for i, t in enumerate(TOKENS):
    if t[2] == "HOTP":
        continue
    steam = t[2] == "STEAM"
    content = dict(uri=f"steam://{t[3]}" if steam else uri(t), entry_type="Steam" if steam else "Totp", name=t[1])
    entries.append(dict(id=str(uuid.uuid4()), content=content, note="a note" if i == 0 else None))
write("proton.json", dict(version=1, entries=entries))
salt = os.urandom(16)
nonce, sealed = gcm(argon2id(salt, 19456, 2, 1), compact(dict(version=1, entries=entries)), b"proton.authenticator.export.v1")
write("proton-encrypted.json", dict(version=1, salt=b64(salt), content=b64(nonce + sealed)))

# ---- Stratum ----
kinds, algorithms_ = dict(HOTP=1, TOTP=2, STEAM=4), dict(SHA1=0, SHA256=1, SHA512=2)
stratum = dict(
    Authenticators=[dict(Type=kinds[k], Icon="default", Issuer=i, Username=a, Secret=s, Pin=None, Algorithm=algorithms_[h], Digits=d, Period=30 if k == "HOTP" else m, Counter=m if k == "HOTP" else 0, CopyCount=3, Ranking=0) for i, a, k, s, h, d, m in TOKENS]
    + [dict(Type=3, Issuer="M", Username="m", Secret="0123456789abcdef", Pin="1234", Algorithm=0, Digits=6, Period=10, Counter=0), dict(Type=5, Issuer="Y", Username="y", Secret=b32("made-up-yandex-1"), Pin="1234", Algorithm=1, Digits=8, Period=30, Counter=0)],
    Categories=[dict(Id="c1", Name="Work", Ranking=0)],
    AuthenticatorCategories=[dict(CategoryId="c1", AuthenticatorSecret=TOKENS[0][3], Ranking=0)],
    CustomIcons=[])
write("stratum.authpro", stratum)
salt = os.urandom(16)
nonce, sealed = gcm(argon2id(salt, 65536, 3, 4), compact(stratum))
write("stratum-encrypted.authpro", b"AUTHENTICATORPRO" + salt + nonce + sealed)
salt, iv = os.urandom(20), os.urandom(16)
key = hashlib.pbkdf2_hmac("sha1", PASSWORD, salt, 64_000, 32)
write("stratum-legacy.authpro", b"AuthenticatorPro" + salt + iv + cbc(key, iv, compact(stratum)))

# ---- andOTP ----
andotp = [dict(secret=s, issuer=i, label=a, digits=d, type=k, algorithm=h, thumbnail="Default", last_used=1_699_999_000_000, used_frequency=9, tags=["Work"] if i == "Alpha" else []) | ({"counter": m} if k == "HOTP" else {"period": m}) for i, a, k, s, h, d, m in TOKENS]
andotp.append(dict(secret=b32("made-up-motp"), issuer="M", label="m", digits=6, type="MOTP", algorithm="SHA1", thumbnail="Default", last_used=0, used_frequency=0, tags=[]))
write("andotp.json", andotp)
salt, rounds = os.urandom(12), 140_123
nonce, sealed = gcm(hashlib.pbkdf2_hmac("sha1", PASSWORD, salt, rounds, 32), compact(andotp))
write("andotp-new.bin", struct.pack(">i", rounds) + salt + nonce + sealed)
nonce, sealed = gcm(hashlib.sha256(PASSWORD).digest(), compact(andotp))
write("andotp-old.bin", nonce + sealed)

# ---- FreeOTP+: no Steam of its own, the issuer makes it one ----
tokens = []
for i, a, k, s, h, d, m in TOKENS:
    raw = base64.b32decode(s + "=" * (-len(s) % 8))
    tokens.append(dict(algo=h, counter=m - 1 if k == "HOTP" else 0, digits=6 if k == "STEAM" else d, issuerExt=i, issuerInt=i, label=a, period=30 if k == "HOTP" else m, secret=[b - 256 if b > 127 else b for b in raw], type="HOTP" if k == "HOTP" else "TOTP"))
tokens.append(tokens[0] | dict(label="signed bytes", secret=[-1, -128, 127, 0, 1, 2, 3, 4, 5, 6]))
write("freeotp-plus.json", dict(tokenOrder=[f"{t['issuerExt']}:{t['label']}" for t in tokens], tokens=tokens))

# ---- LastPass ----
accounts = [dict(accountID=str(uuid.uuid4()), lmiUserId="", issuerName=i, originalIssuerName=i, userName=a, originalUserName=a, pushNotification=False, secret=s, timeStep=m, digits=d, creationTimestamp=1, isFavorite=i == "Beta", algorithm=h, folderData=dict(folderId=2 if i == "Alpha" else 0, position=0)) for i, a, k, s, h, d, m in TOKENS if k == "TOTP"]
write("lastpass.json", dict(deviceId="", deviceSecret="", localDeviceId="x", deviceName="x", version=3, accounts=accounts, folders=[dict(id=1, name="Favorites"), dict(id=2, name="Work"), dict(id=0, name="Other accounts")]))

# ---- Raivo ----
raivo = [dict(issuer=i, account=a, secret=s, algorithm=h, digits=str(d), kind=k, timer=str(30 if k == "HOTP" else m), counter=str(m if k == "HOTP" else 0), pinned="true" if i == "Beta" else "false", iconType="", iconValue="") for i, a, k, s, h, d, m in TOKENS if k != "STEAM"]
write("raivo.json", raivo)
for name, sealed, packing in (("raivo.zip", True, pyzipper.ZIP_DEFLATED), ("raivo-stored.zip", True, pyzipper.ZIP_STORED), ("raivo-open.zip", False, pyzipper.ZIP_DEFLATED)):
    with pyzipper.AESZipFile(name, "w", compression=packing, encryption=pyzipper.WZ_AES if sealed else None) as archive:
        if sealed:
            archive.setpassword(PASSWORD)
        archive.writestr("raivo-otp-export.html", "<html>" * 100)
        archive.writestr("raivo-otp-export.json", compact(raivo))

# ---- cotp ----
elements = [dict(secret=s, issuer=i, label=a, digits=d, type=k, algorithm=h, period=30 if k == "HOTP" else m, counter=m if k == "HOTP" else None, pin=None) for i, a, k, s, h, d, m in TOKENS]
elements.append(dict(secret="0123456789abcdef", issuer="M", label="m", digits=6, type="MOTP", algorithm="MD5", period=10, counter=None, pin="1234"))
write("cotp.json", dict(version=2, elements=elements))
salt, nonce = os.urandom(16), os.urandom(24)
text = compact(dict(version=2, elements=elements))
out, length = ctypes.create_string_buffer(len(text) + 16), ctypes.c_ulonglong()
assert sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(out, ctypes.byref(length), text, ctypes.c_ulonglong(len(text)), None, ctypes.c_ulonglong(0), None, nonce, argon2id(salt, 32768, 4, 4)) == 0
write("cotp-encrypted.json", dict(version=1, nonce=b64(nonce), salt=b64(salt), cipher=b64(out.raw)))

# ---- the codes, by others ----
for issuer, account, kind, secret, algorithm, digits, moving in TOKENS + [beta30]:
    if kind == "STEAM":
        raw = base64.b32decode(secret + "=" * (-len(secret) % 8))
        mac = hmac.digest(raw, struct.pack(">Q", NOW // 30), "sha1")
        value = struct.unpack_from(">I", mac, mac[19] & 15)[0] & 0x7FFFFFFF
        code = ""
        for _ in range(5):
            value, letter = divmod(value, 26)
            code += "23456789BCDFGHJKMNPQRTVWXY"[letter]
    else:
        how = ["--hotp", "-c", str(moving)] if kind == "HOTP" else [f"--totp={algorithm}", "-N", f"@{NOW}", f"--time-step-size={moving}s"]
        code = subprocess.run(["oathtool", "-b", "-d", str(digits), *how, secret], capture_output=True, text=True, check=False)
        code = code.stdout.strip() or code.stderr.strip()
    print(issuer, kind, algorithm, digits, moving, secret, code)
