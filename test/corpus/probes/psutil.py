import os, psutil, sys
me = psutil.Process()
print(me.pid == os.getpid(), psutil.cpu_count() > 0, me.exe() == os.path.realpath(os.path.dirname(os.path.dirname(sys.executable))), me.memory_info().rss > 0)
