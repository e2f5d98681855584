# Run by a Python that is to be packed, as `python -I -S -c`: prints where its Tcl has its scripts.
# Fails where there is no tkinter, or no Tcl that it could use.
import json
import tkinter

tcl = tkinter.Tcl()
print(json.dumps({
    "library": tcl.eval("info library"),
    "tkVersion": str(tkinter.TkVersion),
    "places": tcl.splitlist(tcl.eval("set auto_path")),
}))
