import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.TokenRevocationRequest;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.AccessToken;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.oauth2.sdk.util.JSONObjectUtils;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.AuthenticationResponse;
import com.nimbusds.openid.connect.sdk.AuthenticationResponseParser;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.UserInfoRequest;
import com.nimbusds.openid.connect.sdk.UserInfoResponse;
import com.nimbusds.openid.connect.sdk.claims.AccessTokenHash;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import com.nimbusds.openid.connect.sdk.validators.AccessTokenValidator;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import net.minidev.json.JSONObject;

/** A relying party on Nimbus' OAuth 2.0 SDK with OpenID Connect, told what to do by JSON lines on standard input. */
class RelyingParty {
  private static final Map<String, OIDCProviderMetadata> providers = new HashMap<>();
  private static final Map<String, IDTokenValidator> validators = new HashMap<>();

  private OIDCProviderMetadata provider;
  private IDTokenValidator validator;
  private ClientID clientId;
  private ClientAuthentication authentication;
  private URI redirectUri;
  private State state;
  private Nonce nonce;
  private CodeVerifier verifier;
  private OIDCTokens tokens;

  public static void main(String[] arguments) throws Exception {
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    RelyingParty current = new RelyingParty();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      Map<String, Object> answer = new HashMap<>();
      try {
        JSONObject told = JSONObjectUtils.parse(line);
        if (told.getAsString("call").equals("begin")) current = new RelyingParty();
        answer.put("result", current.obey(told));
      } catch (Exception refusal) {
        answer.put("error", String.valueOf(refusal.getMessage()));
      }
      System.out.println(JSONObject.toJSONString(answer));
    }
  }

  private Object obey(JSONObject told) throws Exception {
    return switch (told.getAsString("call")) {
      case "begin" -> begin(told);
      case "finish" -> finish(URI.create(told.getAsString("callback")));
      case "refresh" -> refresh();
      case "verify" -> {
        verify(JWTParser.parse(told.getAsString("idToken")), new BearerAccessToken(told.getAsString("accessToken")), nonce);
        yield null;
      }
      case "revoke" -> revoke();
      default -> throw new IllegalArgumentException("unknown call");
    };
  }

  private String begin(JSONObject told) throws Exception {
    String issuer = told.getAsString("issuer");
    clientId = new ClientID(told.getAsString("clientId"));
    // Metadata and key sets are kept over logins, as in a real application.
    if (!providers.containsKey(issuer))
      providers.put(issuer, OIDCProviderMetadata.resolve(new com.nimbusds.oauth2.sdk.id.Issuer(issuer)));
    provider = providers.get(issuer);
    if (!validators.containsKey(issuer + clientId)) {
      JWSAlgorithm algorithm = provider.getIDTokenJWSAlgs().get(0);
      validators.put(issuer + clientId,
          new IDTokenValidator(provider.getIssuer(), clientId, algorithm, provider.getJWKSetURI().toURL()));
    }
    validator = validators.get(issuer + clientId);
    redirectUri = URI.create(told.getAsString("redirectUri"));
    String secret = told.getAsString("clientSecret");
    authentication = switch (told.getAsString("authMethod")) {
      case "client_secret_basic" -> new ClientSecretBasic(clientId, new Secret(secret));
      case "client_secret_post" -> new ClientSecretPost(clientId, new Secret(secret));
      default -> null;
    };
    state = new State();
    nonce = new Nonce();
    verifier = new CodeVerifier();
    return new AuthenticationRequest.Builder(ResponseType.CODE, Scope.parse(told.getAsString("scope")), clientId, redirectUri)
        .endpointURI(provider.getAuthorizationEndpointURI())
        .state(state)
        .nonce(nonce)
        .codeChallenge(verifier, CodeChallengeMethod.S256)
        .build()
        .toURI()
        .toString();
  }

  private Map<String, Object> finish(URI callback) throws Exception {
    AuthenticationResponse response = AuthenticationResponseParser.parse(callback);
    if (!state.equals(response.getState())) throw new SecurityException("state differs");
    if (!provider.getIssuer().equals(response.getIssuer())) throw new SecurityException("iss differs");
    if (!response.indicatesSuccess()) throw new SecurityException(response.toErrorResponse().getErrorObject().getCode());
    AuthorizationCode code = response.toSuccessResponse().getAuthorizationCode();
    return ask(new AuthorizationCodeGrant(code, redirectUri, verifier), nonce);
  }

  private Map<String, Object> refresh() throws Exception {
    return ask(new RefreshTokenGrant(tokens.getRefreshToken()), null);
  }

  private Map<String, Object> ask(AuthorizationGrant grant, Nonce expected) throws Exception {
    TokenRequest request = authentication == null
        ? new TokenRequest.Builder(provider.getTokenEndpointURI(), clientId, grant).build()
        : new TokenRequest.Builder(provider.getTokenEndpointURI(), authentication, grant).build();
    TokenResponse response = OIDCTokenResponseParser.parse(request.toHTTPRequest().send());
    if (!response.indicatesSuccess()) throw new SecurityException(response.toErrorResponse().getErrorObject().getCode());
    tokens = ((OIDCTokenResponse) response.toSuccessResponse()).getOIDCTokens();
    IDTokenClaimsSet claims = verify(tokens.getIDToken(), tokens.getAccessToken(), expected);
    Map<String, Object> login = new LinkedHashMap<>();
    login.put("idToken", tokens.getIDToken().getParsedString());
    login.put("accessToken", tokens.getAccessToken().getValue());
    login.put("refreshToken", tokens.getRefreshToken().getValue());
    login.put("claims", claims.toJSONObject());
    login.put("userinfo", readUserInfo(claims));
    return login;
  }

  private IDTokenClaimsSet verify(JWT idToken, AccessToken accessToken, Nonce expected) throws Exception {
    IDTokenClaimsSet claims = validator.validate(idToken, expected);
    AccessTokenHash hash = claims.getAccessTokenHash();
    if (hash == null) throw new SecurityException("at_hash is missing");
    AccessTokenValidator.validate(accessToken, (JWSAlgorithm) idToken.getHeader().getAlgorithm(), hash);
    return claims;
  }

  private JSONObject readUserInfo(IDTokenClaimsSet claims) throws Exception {
    HTTPResponse answer =
        new UserInfoRequest(provider.getUserInfoEndpointURI(), tokens.getAccessToken()).toHTTPRequest().send();
    UserInfoResponse response = UserInfoResponse.parse(answer);
    if (!response.indicatesSuccess()) throw new SecurityException("userinfo: " + answer.getStatusCode());
    var info = response.toSuccessResponse().getUserInfo();
    if (!info.getSubject().equals(claims.getSubject())) throw new SecurityException("sub of userinfo differs");
    return info.toJSONObject();
  }

  private Object revoke() throws Exception {
    URI endpoint = provider.getRevocationEndpointURI();
    TokenRevocationRequest request = authentication == null
        ? new TokenRevocationRequest(endpoint, clientId, tokens.getRefreshToken())
        : new TokenRevocationRequest(endpoint, authentication, tokens.getRefreshToken());
    if (!request.toHTTPRequest().send().indicatesSuccess()) throw new SecurityException("not revoked");
    return null;
  }
}
