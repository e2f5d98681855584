import os, re, socket, subprocess, sys, tempfile, time, urllib.request

def manage(folder, *arguments, **options):
    return subprocess.run([sys.executable, *arguments], cwd=folder, check=True, text=True, capture_output=True, **options).stdout

if __name__ == "__main__":
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        manage(folder, "-m", "django", "startproject", "site1")
        site = os.path.join(folder, "site1")
        print("Applying auth.0001_initial... OK" in manage(site, "manage.py", "migrate"))
        log = open(os.path.join(folder, "log"), "w+")
        # With the autoreloader: it starts sys.executable once more.
        server = subprocess.Popen([sys.executable, "manage.py", "runserver", str(port)], cwd=site, stdout=log, stderr=log, start_new_session=True)
        try:
            for attempt in range(300):
                try:
                    page = urllib.request.urlopen("http://127.0.0.1:%d/admin/login/" % port).read().decode()
                    break
                except OSError:
                    assert server.poll() is None, open(log.name).read()
                    time.sleep(0.1)
            print(re.search("<title>(.*)</title>", page).group(1))
            style = urllib.request.urlopen("http://127.0.0.1:%d/static/admin/css/base.css" % port).read()
            print(b"DJANGO Admin styles" in style)
        finally:
            os.killpg(server.pid, 9)
            server.wait()
