import Testing

@testable import Tuner

@Suite(.enabled(if: (try? LibPQ.shared.get()) != nil, "PostgreSQL's client library is not installed"))
struct PostgreSQLLocationTests {
  @Test(arguments: [
    ("postgresql://u:p%40s@h:1/d?sslmode=require", "postgresql://u@h:1/d?sslmode=require", true),
    ("postgres://h", "postgresql://h", false), ("postgresql://", "postgresql://", false),
    ("postgresql://u@h/d", "postgresql://u@h/d", false), ("postgresql:///d", "postgresql:///d", false),
    (
      "postgresql://u:secret@h1:1,h2:2/d?target_session_attrs=read-write",
      "postgresql://u@h1:1,h2:2/d?target_session_attrs=read-write", true
    ),
    ("postgresql://h1,h2/d", "postgresql://h1,h2/d", false),
    ("postgresql://u:x@[::1]:5/d", "postgresql://u@[::1]:5/d", true),
    ("postgresql://u@%2Frun%2Fx:5/d", "postgresql://u@/d?host=/run/x&port=5", false),
    ("postgresql:///d?host=/run/a,b&port=5", "postgresql:///d?host=/run/a,b&port=5", false),
    ("postgresql://?service=tuning&password=x", "postgresql://?service=tuning", true),
    ("postgresql://h/a%20b%2Fc%3F", "postgresql://h/a%20b%2Fc%3F", false),
    ("postgresql://%C3%A4%40x@h/d", "postgresql://%C3%A4%40x@h/d", false),
    ("postgresql://h/d?options=-c%20x%3Dy%26z&sslpassword=k", "postgresql://h/d?options=-c%20x%3Dy%26z", true),
    ("postgresql://:pw@h/d", "postgresql://h/d", true), ("postgresql://u:@h/d", "postgresql://u@h/d", false),
    ("postgresql://u@h/d?password=", "postgresql://u@h/d", false),
    ("postgresql://u:p?q=r@h/d", "postgresql://u@h/d", true),
    ("postgresql://:7/d", "postgresql://:7/d", false),
  ])
  func `A location is shown without its password, as a URI for the same database`(
    _ uri: String, _ shown: String, _ hasPassword: Bool
  ) throws {
    let location = try PostgreSQLLocation(uri)
    #expect(location.description == shown)
    #expect(location.hasPassword == hasPassword && location.uri == uri)
    func parameters(_ uri: String) throws -> [LibPQ.Parameter] {
      try LibPQ.shared.get().parameters(in: uri).filter { !$0.isSecret && $0.value != "" }
    }
    #expect(try parameters(shown) == parameters(uri))
    #expect(try PostgreSQLLocation(shown).description == shown)
  }

  @Test(arguments: [
    ("postgresql://u:sEcReT@h:1/d?foo=sEcReT", "invalid URI query parameter: \"foo\""),
    ("postgresql://u:sEcReT%zz@h/d", "invalid percent-encoded token"),
    (
      "postgresql://u:sEcReT@[::1/d",
      "end of string reached when looking for matching \"]\" in IPv6 host address in URI"
    ),
    ("postgresql://u:sEcReT/d@h", "an @ within a name or a password"),
    ("postgresql://u:p@sEcReT@h/d", "an @ within a name or a password"),
    ("postgresql://u:12/sEcReT@h/d", "an @ within a name or a password"),
    ("postgresql://h?password=a&sEcReT=b", "invalid URI query parameter"),
    ("postgresql://h?password=sEcReT%00y", "forbidden value %00 in percent-encoded value"),
    ("postgresql:///?password=sEcReT=d", "extra key/value separator \"=\" in URI query parameter"),
    ("postgresql://u:sEcReT?user=x", "a port that is not a number"),
    ("postgresql://u:1/sEcReT?host=x@h/d", "an @ within a name or a password"),
    ("postgresql://u:1/p?sEcReT", "missing key/value separator \"=\" in URI query parameter"),
    ("postgresql://u:sEcReT@h:x/d", "a port that is not a number"),
  ])
  func `A malformed URI is refused with the reason, and without the password`(_ uri: String, _ reason: String) {
    let error = #expect(throws: StorageError.self) { try PostgreSQLLocation(uri) }
    #expect(error?.found == reason)
    #expect(error?.description.contains("sEcReT") == false)
  }

  @Test func `A file is not a location`() {
    #expect(PostgreSQLLocation.isURI("postgres://h") && PostgreSQLLocation.isURI("postgresql://"))
    #expect(!PostgreSQLLocation.isURI("studies.sqlite") && !PostgreSQLLocation.isURI("./postgresql://"))
  }
}
