"""The parts of the parameters of http.request: authentication, bodies, responses, pages, TLS."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from engine.steps.base import CredentialRef, Parameters, credential_field

CARRIED = (
    "httpBasicAuth",
    "httpDigestAuth",
    "httpHeaderAuth",
    "httpQueryAuth",
    "httpBearerAuth",
    "httpCustomAuth",
    "oAuth1Api",
    "oAuth2Api",
)
"""Types of credentials that requests can carry."""

Scalar = str | int | float | bool | None


class Part(Parameters):
    """Base of all parts; values never show up in error messages, since they may be secret."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


# authentication -----------------------------------------------------------------------------------
class NoAuth(Part):
    """No authentication."""

    kind: Literal["none"] = "none"


class BasicAuth(Part):
    """A user name and a password in the Authorization header (RFC 7617)."""

    kind: Literal["basic"]
    username: str = Field(description="User name.")
    password: str = Field(default="", repr=False, description="Password.")


class BearerAuth(Part):
    """A token in the Authorization header (RFC 6750)."""

    kind: Literal["bearer"]
    token: str = Field(repr=False, description="The token, without the word Bearer.")


class HeaderAuth(Part):
    """A secret in a header of any name."""

    kind: Literal["header"]
    name: str = Field(description="Name of the header, such as X-Api-Key.")
    value: str = Field(repr=False, description="The secret.")


class QueryAuth(Part):
    """A secret in a query parameter."""

    kind: Literal["query"]
    name: str = Field(description="Name of the query parameter, such as api_key.")
    value: str = Field(repr=False, description="The secret.")


class DigestAuth(Part):
    """An answer to the server's challenge (RFC 7616)."""

    kind: Literal["digest"]
    username: str = Field(description="User name.")
    password: str = Field(default="", repr=False, description="Password.")


class OAuth2Auth(Part):
    """A token that the step fetches with the client's own credentials (RFC 6749 section 4.4)."""

    kind: Literal["oauth2ClientCredentials"]
    tokenUrl: str = Field(description="Where tokens are fetched.")
    clientId: str = Field(description="The client's id.")
    clientSecret: str = Field(default="", repr=False, description="The client's secret.")
    scope: str = Field(default="", description="Scopes to ask for, separated by spaces.")
    audience: str = Field(default="", description="Audience to ask for, where the server wants one.")
    sendAs: Literal["header", "body"] = Field(
        default="header", description="Where id and secret go: a basic Authorization header, or the form."
    )


class CredentialAuth(Part):
    """A stored credential: basic, digest, header, query, bearer, custom, OAuth 1 or OAuth 2."""

    kind: Literal["credential"]
    credential: CredentialRef = credential_field("Which one; its scope must name the host.", CARRIED, ...)


Auth = Annotated[
    NoAuth | CredentialAuth | BasicAuth | BearerAuth | HeaderAuth | QueryAuth | DigestAuth | OAuth2Auth,
    Field(discriminator="kind"),
]


# bodies -------------------------------------------------------------------------------------------
class NoBody(Part):
    """No body."""

    kind: Literal["none"]


class JsonBody(Part):
    """A JSON value."""

    kind: Literal["json"]
    value: Any = Field(default=None, description="The value.")
    read: bool = Field(default=False, description="Whether a text is JSON, to be read before it is sent.")


class FormBody(Part):
    """Fields as an HTML form sends them (application/x-www-form-urlencoded)."""

    kind: Literal["form"]
    fields: dict[str, Any] = Field(description="Field name to value; a list repeats the field.")
    nested: bool = Field(
        default=False,
        description="Write lists and objects with brackets: a[0]=1, a[b]=2; objects are JSON else.",
    )


class TextBody(Part):
    """Text."""

    kind: Literal["text"]
    text: str = Field(description="The text.")
    contentType: str = Field(default="text/plain; charset=utf-8", description="Its media type.")


class BinaryBody(Part):
    """A file of the item, as it is."""

    kind: Literal["binary"]
    property: str = Field(default="data", description="Name of the item's binary property.")
    contentType: str | None = Field(default=None, description="Media type; else the one the property has.")


class FilePart(Part):
    """One file of a multipart body: of the item, or with the content written here."""

    name: str = Field(default="file", description="Name of the form field.")
    property: str | None = Field(default=None, description="Name of the item's binary property.")
    text: str | None = Field(default=None, description="The content, where it is no binary property.")
    fileName: str | None = Field(default=None, description="File name; else the one the property has.")
    mimeType: str | None = Field(default=None, description="Media type; else the one the property has.")


class MultipartBody(Part):
    """Fields and files (multipart/form-data, RFC 7578)."""

    kind: Literal["multipart"]
    fields: dict[str, Scalar | list[Scalar]] = Field(
        default_factory=dict, description="Field name to value; a list repeats the field."
    )
    files: list[FilePart] = Field(default_factory=list, description="Files.")


Body = Annotated[
    NoBody | JsonBody | FormBody | TextBody | BinaryBody | MultipartBody, Field(discriminator="kind")
]

BODY_KINDS = frozenset({"none", "json", "form", "text", "binary", "multipart"})


# responses ----------------------------------------------------------------------------------------
class ResponseOptions(Part):
    """How a response becomes items."""

    format: Literal["auto", "json", "text", "binary"] = Field(
        default="auto", description="What the body is; auto goes by its media type."
    )
    property: str = Field(
        default="body", description="With bodyOnly: where a body that is no object or list of objects is put."
    )
    binaryProperty: str = Field(default="data", description="Name of the binary property for a file.")
    style: Literal["plain", "n8n", "n8nOld"] = Field(
        default="plain",
        description="n8n: names, files, empty bodies and error items as imported flows expect them (n8nOld: "
        "of the node's versions 1 and 2).",
    )


class StopWhen(Part):
    """A field of the response that ends the pages."""

    path: str = Field(description="Where the field is in the body, such as meta.hasMore.")
    equals: Any = Field(default=None, description="The value that means that this was the last page.")


class _Pages(Part):
    maxPages: int = Field(default=100, ge=1, description="No more pages than this.")
    itemsPath: str = Field(
        default="",
        description="Where the list of a page's items is in the body; empty: the body is the list.",
    )
    stopWhen: StopWhen | None = Field(default=None, description="A field that marks the last page.")
    stopOnStatus: list[int] = Field(
        default_factory=list, description="Status codes that mean that there are no more pages."
    )


class NextUrlPages(_Pages):
    """Each response names the address of the next page."""

    kind: Literal["nextUrl"]
    path: str = Field(
        default="",
        description="Where the address is in the body; empty: the Link header's rel=next (RFC 8288).",
    )


class ParameterPages(_Pages):
    """A parameter counts the pages."""

    kind: Literal["parameter"]
    name: str = Field(default="page", description="Name of the parameter.")
    start: int = Field(default=1, description="Its value for the first page.")
    step: int = Field(default=1, description="By how much it grows from page to page.")
    place: Literal["query", "body"] = Field(default="query", description="Where the parameter goes.")


class OffsetPages(_Pages):
    """A parameter counts the items that came so far."""

    kind: Literal["offset"]
    name: str = Field(default="offset", description="Name of the parameter.")
    start: int = Field(default=0, description="Its value for the first page.")
    place: Literal["query", "body"] = Field(default="query", description="Where the parameter goes.")


class CursorPages(_Pages):
    """Each response holds a cursor that the next request sends back."""

    kind: Literal["cursor"]
    path: str = Field(description="Where the cursor is in the body, such as meta.nextCursor.")
    name: str = Field(default="cursor", description="Name of the parameter that sends it back.")
    place: Literal["query", "body"] = Field(default="query", description="Where the parameter goes.")


class CodedValue(Part):
    """A value of each page's request that code works out."""

    place: Literal["query", "body", "headers"] = Field(default="query", description="Where it goes.")
    name: str = Field(description="Its name.")
    code: str = Field(description="JavaScript that gives it.")


class CodedPages(Part):
    """Code tells what each page's request has and whether there is another one. It sees ``$pageCount``, the
    number of pages so far, ``$response`` (``body``, ``headers``, ``statusCode``) of the last one, and
    ``$request``, beside what expressions see."""

    kind: Literal["code"]
    maxPages: int | None = Field(default=None, ge=1, description="No more pages than this.")
    url: str = Field(default="", description="JavaScript that gives the address; none: the step's own.")
    values: list[CodedValue] = Field(default_factory=list, description="What else changes.")
    goOn: str = Field(description="JavaScript that tells after each page whether to fetch another one.")
    pauseMs: int = Field(default=0, ge=0, le=60_000, description="Pause between two pages.")


Pagination = Annotated[
    NextUrlPages | ParameterPages | OffsetPages | CursorPages | CodedPages, Field(discriminator="kind")
]


class Batching(Part):
    """Requests for many items, in groups with a pause between."""

    size: int = Field(default=50, ge=1, description="Requests in a group.")
    intervalMs: int = Field(
        default=1000, ge=0, le=86_400_000, description="Pause between two groups; a long one holds no worker."
    )


class Redirects(Part):
    """What to do when the server sends the request elsewhere."""

    follow: bool = Field(default=True, description="Go there; every hop is checked by the egress policy.")
    max: int = Field(default=10, ge=0, description="No more hops than this.")


class Tls(Part):
    """How the server is verified and the client identified."""

    credential: CredentialRef | None = credential_field(
        "A stored certificate of the client, of type httpSslAuth.", ["httpSslAuth"]
    )
    verify: bool = Field(
        default=True, description="Verify the server's certificate; turn off only for tests."
    )
    caCertificate: str | None = Field(
        default=None, description="Certificates (PEM) of the authorities to trust instead of the public ones."
    )
    clientCertificate: str | None = Field(default=None, description="The client's certificate chain (PEM).")
    clientKey: str | None = Field(default=None, repr=False, description="The client's private key (PEM).")
    minVersion: Literal["1.2", "1.3"] = Field(default="1.2", description="The oldest TLS version to accept.")


class JsonflowOptions(Part):
    """The options of JSONFlow's network_request."""

    timeout: int | None = Field(default=None, ge=1, description="The same as timeoutMs.")
    retry: dict[str, Any] | None = Field(
        default=None,
        description="JSONFlow's retry settings; reading the flow makes them the step's retry policy.",
    )
