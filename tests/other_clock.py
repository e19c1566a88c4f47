"""A receiver with a clock of its own: other_clock.py CERTIFICATE KEY FILE. FILE says by how many hours it is ahead.
Prints its port. Knows no batch."""

import datetime
import http.server
import json
import pathlib
import ssl
import sys

certificate, key, hours = sys.argv[1:]


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        ahead = datetime.timedelta(hours=float(pathlib.Path(hours).read_text()))
        now = datetime.datetime.now(datetime.timezone.utc) + ahead
        answer = json.dumps({"marks": [], "now": now.strftime("%Y-%m-%dT%H:%M:%SZ")}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
