import threading, urllib.request
from flask import Flask, render_template, send_from_directory
from werkzeug.serving import make_server
app = Flask(__name__)
@app.get("/")
def index():
    return render_template("page.html", name="Ada & Co")
server = make_server("127.0.0.1", 0, app, threaded=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
def ask(path):
    with urllib.request.urlopen("http://127.0.0.1:%d%s" % (server.server_port, path)) as answer:
        return answer.read().decode()
print(ask("/"), ask("/static/style.css"))
server.shutdown()
