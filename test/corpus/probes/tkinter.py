import tkinter, tkinter.ttk, os
shell = tkinter.Tcl()
print(shell.eval("info patchlevel")[:3], shell.eval("expr 6 * 7"), shell.eval("clock format 0 -gmt 1 -format %Y"), os.path.isfile(os.path.join(shell.eval("info library"), "init.tcl")))
try:
    tkinter.Tk()
except tkinter.TclError as error:
    print("display" in str(error))
