"""Failures of AWS in one line that says what to do, for people who do not know its error codes."""

from botocore import exceptions as refused

LOST = "sign in to AWS again (aws sso login, or new keys in the environment), then run the same command"
# By error code; services differ in theirs.
ADVICE = {
    "ExpiredToken": f"your AWS session is over: {LOST}",
    "ExpiredTokenException": f"your AWS session is over: {LOST}",
    "RequestExpired": f"your AWS session is over, or this machine's clock is wrong: {LOST}",
    "InvalidClientTokenId": f"AWS does not know your credentials, or your account not this region: {LOST}",
    "UnrecognizedClientException": f"AWS does not know your credentials, or your account not this region: {LOST}",
    "AuthFailure": f"AWS does not know your credentials: {LOST}",
    "InvalidAccessKeyId": f"AWS does not know your credentials: {LOST}",
    "SignatureDoesNotMatch": f"your AWS secret key is wrong, or this machine's clock: {LOST}",
    "OptInRequired": "this AWS account may not use the service yet: complete its registration in the AWS console",
    "SubscriptionRequiredException": "this AWS account may not use the service yet: complete its registration",
}
DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "403")

NOBODY = (
    "there are no AWS credentials: run aws configure, or set AWS_PROFILE, or the variables AWS_ACCESS_KEY_ID and so on"
)


def reason(error: Exception) -> str:
    """What went wrong with a call of AWS, and what to do about it, in a line."""
    if isinstance(error, refused.ClientError):
        return _refusal(error)
    if isinstance(error, refused.NoCredentialsError | refused.PartialCredentialsError):
        return NOBODY
    if isinstance(error, refused.ProfileNotFound):
        return f"{_line(error)}: see AWS_PROFILE, and aws configure list-profiles"
    if isinstance(error, refused.SSOError | refused.TokenRetrievalError | refused.CredentialRetrievalError):
        return f"your AWS session is over: {LOST} ({_line(error)})"
    if isinstance(error, refused.HTTPClientError | refused.ConnectionError):
        return f"AWS cannot be reached: {_line(error)}"
    return _line(error)


def _refusal(error: refused.ClientError) -> str:
    told = error.response.get("Error", {})
    code, message = str(told.get("Code", "")), " ".join(str(told.get("Message", "")).split())
    if code in ADVICE:
        return ADVICE[code]
    if code in DENIED:
        return f"your AWS user or role may not call {error.operation_name}, ask who administers the account: {message}"
    return f"AWS refuses {error.operation_name}: {message or code}"


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
