"""A relying party on Authlib's client for Flask, told what to do by JSON lines on standard input."""

import json
import sys
import urllib.parse

import flask
from authlib.integrations.flask_client import OAuth

app = flask.Flask(__name__)
app.secret_key = "signs the session cookie of this process alone"
oauth = OAuth(app)


class Session:
    """One login of one client in one browser, from its authorization URL on."""

    def __init__(self, told):
        # A registered client holds metadata and key set: every login through it shares them.
        name = told["issuer"] + told["clientId"]
        self.client = oauth.create_client(name) or oauth.register(
            name,
            client_id=told["clientId"],
            client_secret=told.get("clientSecret"),
            server_metadata_url=told["issuer"] + "/.well-known/openid-configuration",
            client_kwargs={
                "scope": " ".join(told["scopes"]),
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": told["authMethod"],
            },
        )
        self.redirect_uri = told["redirectUri"]
        with app.test_request_context():
            self.url = self.client.authorize_redirect(self.redirect_uri).location
            self.cookie = dict(flask.session)
        self.nonce = urllib.parse.parse_qs(urllib.parse.urlsplit(self.url).query)["nonce"][0]
        self.tokens = None

    def finish(self, callback):
        parts = urllib.parse.urlsplit(callback)
        # The library does not look at `iss` (RFC 9207): that is left to the application.
        if urllib.parse.parse_qs(parts.query).get("iss") != [self.client.load_server_metadata()["issuer"]]:
            raise ValueError("iss differs")
        with app.test_request_context(parts.path + "?" + parts.query):
            flask.session.update(self.cookie)
            self.tokens = self.client.authorize_access_token()
            return self.read(self.tokens["userinfo"])

    def refresh(self):
        with app.app_context(), self.client._get_oauth_client() as session:
            endpoint = self.client.load_server_metadata()["token_endpoint"]
            self.tokens = session.refresh_token(endpoint, refresh_token=self.tokens["refresh_token"])
            return self.read(self.client.parse_id_token(self.tokens, nonce=None))

    def read(self, claims):
        info = self.client.userinfo(token=self.tokens)
        if info["sub"] != claims["sub"]:
            raise ValueError("sub of userinfo differs")
        return {
            "idToken": self.tokens["id_token"],
            "accessToken": self.tokens["access_token"],
            "refreshToken": self.tokens["refresh_token"],
            "claims": dict(claims),
            "userinfo": dict(info),
        }

    def verify(self, id_token, access_token):
        tokens = {"id_token": id_token, "access_token": access_token}
        with app.app_context():
            self.client.parse_id_token(tokens, nonce=self.nonce)

    def revoke(self):
        with app.app_context(), self.client._get_oauth_client() as session:
            endpoint = self.client.load_server_metadata()["revocation_endpoint"]
            session.revoke_token(endpoint, token=self.tokens["refresh_token"]).raise_for_status()


current = None
for line in sys.stdin:
    told = json.loads(line)
    try:
        result = None
        match told["call"]:
            case "begin":
                current = Session(told)
                result = current.url
            case "finish":
                result = current.finish(told["callback"])
            case "refresh":
                result = current.refresh()
            case "verify":
                current.verify(told["idToken"], told["accessToken"])
            case "revoke":
                current.revoke()
            case unknown:
                raise ValueError("unknown call " + unknown)
        answer = {"result": result}
    except Exception as refusal:  # What the library refuses is the answer.
        answer = {"error": f"{type(refusal).__name__}: {refusal}"}
    print(json.dumps(answer), flush=True)
