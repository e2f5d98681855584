import os, signal, socket, subprocess, sys, time, urllib.request
from fastapi import FastAPI
app = FastAPI()

@app.get("/square/{number}")
def square(number: int):
    return {"square": number * number, "worker": os.getpid()}

if __name__ == "__main__":
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-m", "uvicorn", "probe.__main__:app", "--workers", "2", "--port", str(port), "--log-level", "error"], start_new_session=True)
    try:
        for attempt in range(300):
            try:
                answer = urllib.request.urlopen("http://127.0.0.1:%d/square/7" % port).read().decode()
                break
            except OSError:
                assert server.poll() is None
                time.sleep(0.1)
        print(answer.split(",")[0], str(server.pid) not in answer)
        schema = urllib.request.urlopen("http://127.0.0.1:%d/openapi.json" % port).read()
        print(b"/square/{number}" in schema)
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
