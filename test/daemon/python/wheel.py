# Writes wheels for the tests: wheel.py FOLDER NAME VERSION [MEMBER=TEXT]... [--requires=NAME]... [--header=LINE]...
import base64
import hashlib
import sys
import zipfile

folder, name, version, *rest = sys.argv[1:]
requires = [word.removeprefix("--requires=") for word in rest if word.startswith("--requires=")]
members = dict(word.split("=", 1) for word in rest if not word.startswith("--"))
info = f"{name}-{version}.dist-info"
members[f"{info}/METADATA"] = (
    f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    + "".join(f"Requires-Dist: {required}\n" for required in requires)
    + "".join(f"{word.removeprefix('--header=')}\n" for word in rest if word.startswith("--header="))
)
members[f"{info}/WHEEL"] = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def line(path, text):
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(text.encode())}\n"


record = "".join(line(path, text) for path, text in members.items()) + f"{info}/RECORD,,\n"
with zipfile.ZipFile(f"{folder}/{name}-{version}-py3-none-any.whl", "w") as wheel:
    for path, text in {**members, f"{info}/RECORD": record}.items():
        wheel.writestr(path, text)
