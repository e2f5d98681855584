import os, tempfile
from mypy import api
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "wrong.py")
    open(path, "w").write("import os\nx: int = os.getcwd()\n")
    out, err, code = api.run([path, "--cache-dir=/dev/null"])
print(out.replace(folder, ""), err, code)
