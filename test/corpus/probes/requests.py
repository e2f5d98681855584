import http.server, os, ssl, tempfile, threading
import certifi, requests, trustme

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello over TLS")

    def log_message(self, *arguments):
        pass

authority = trustme.CA()
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
authority.issue_cert("127.0.0.1").configure_cert(context)
server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = "https://127.0.0.1:%d/" % server.server_port
with tempfile.TemporaryDirectory() as folder:
    bundle = os.path.join(folder, "ca.pem")
    authority.cert_pem.write_to_path(bundle)
    print(requests.get(address, verify=bundle).text)
try:
    requests.get(address)  # certifi's bundle, read by OpenSSL, does not know that authority
except requests.exceptions.SSLError as error:
    print("CERTIFICATE_VERIFY_FAILED" in str(error), os.path.isfile(certifi.where()))
