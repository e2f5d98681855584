# Run by every Python that might be packed, as `python -I -S -c`: prints what probe.ts needs to know about it.
# Works from Python 3.6 on, so that an old one can be refused by its version.
import json
import sys
import sysconfig
from importlib.util import MAGIC_NUMBER

version = sys.version_info
print(json.dumps({
    "implementation": sys.implementation.name,
    "version": "%d.%d.%d" % version[:3],
    "prerelease": version[3] != "final",
    "minor": version[1] if version[0] == 3 else -1,
    "build": sys.version,
    "cacheTag": sys.implementation.cache_tag,
    "magic": MAGIC_NUMBER.hex(),
    "abiFlags": getattr(sys, "abiflags", ""),
    "bits": 64 if sys.maxsize > 2**32 else 32,
    "platform": sysconfig.get_platform(),
    "executable": sys.executable,
    "basePrefix": sys.base_prefix,
    "bindir": sysconfig.get_config_var("BINDIR"),
    "stdlib": sysconfig.get_path("stdlib"),
    "platstdlib": sysconfig.get_path("platstdlib"),
    "includes": sysconfig.get_path("include"),
    "sysconfigModule": getattr(sysconfig, "_get_sysconfigdata_name", lambda: "")(),
    "variables": {
        name: sysconfig.get_config_var(name)
        for name in ("LIBPL", "LIBDIR", "LIBRARY", "LDLIBRARY", "INSTSONAME", "LIBS", "SYSLIBS",
                     "MODLIBS", "MULTIARCH", "Py_GIL_DISABLED", "DESTSHARED")
    },
}))
