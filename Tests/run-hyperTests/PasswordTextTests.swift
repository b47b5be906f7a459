import Testing
import run_hyper

@Suite struct PasswordTextTests {
  @Test(arguments: [
    ("postgresql://u:pw@h/d", "postgresql://u@h/d"), ("'postgres://u:p@w/:x@h:5/d'", "'postgres://u@h:5/d'"),
    ("POSTGRESQL://:pw@h", "POSTGRESQL://@h"), ("postgresql+asyncpg://u:pw@h", "postgresql+asyncpg://u@h"),
    ("a postgresql://h/d?password=x&user=u b", "a postgresql://h/d?password=…&user=u b"),
    ("postgresql://u:a@h, postgresql://u:b@h", "postgresql://u@h, postgresql://u@h"),
    ("postgresql://u@h:5432/d?host=/run/x: found", "postgresql://u@h:5432/d?host=/run/x: found"),
    (
      "postgresql://USER@HOST:PORT/DATABASE, with %40 for an @",
      "postgresql://USER@HOST:PORT/DATABASE, with %40 for an @"
    ),
    ("postgresql://[::1]:5/d", "postgresql://[::1]:5/d"), ("a: b@c", "a: b@c"),
  ])
  func `Passwords are left out of URIs, and nothing else`(text: String, shown: String) {
    #expect(text.withoutPasswords == shown)
  }
}
