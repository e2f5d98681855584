import black, blib2to3.pgen2.driver, subprocess, sys
print(black.format_str("x = {  'a':1 }", mode=black.Mode()).strip())
if __name__ == "__main__":
    print(subprocess.run([sys.executable, "-m", "black", "-q", "-"], input="f( 1 )\n", text=True, stdout=-1).stdout.strip(), black.COMPILED)
