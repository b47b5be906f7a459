import Testing

@testable import Tuner

/// Errors and their words, which need no server.
@Suite struct PostgreSQLErrorTests {
  @Test(arguments: [
    (
      "08006", "gone",
      "found no connection (gone); expected a server that can be reached; then run the same command to resume"
    ),
    ("57P03", "starting", "found no connection (starting); expected a server that can be reached"),
    ("53300", "sorry", "found no free connection (sorry); expected fewer processes, or a server with a larger"),
    ("25006", "no", "found a database that can only be read; expected the primary server, or another --storage"),
    ("53100", "no", "found no space left on the server's disk; expected free space there; then run the same command"),
    ("55P03", "no", "found transactions that waited for each other (no); expected the same command again"),
    ("40P01", "no", "found transactions that waited for each other (no); expected the same command again"),
    ("22012", "no", "found no (SQLSTATE 22012); expected a server that does this; its log may say more"),
    ("28P01", "bad password", "found bad password; expected a user and a password that the server accepts"),
    ("42501", "denied", "found denied; expected a role that may create and write the schema"),
    ("3D000", "none", "found none; expected a database that exists"),
    ("42P01", "no t", "found no t (SQLSTATE 42P01); expected a database written by this program"),
  ])
  func `An error says what to do`(_ state: String, _ message: String, _ expected: String) {
    let error = PostgreSQLError(state: state, message: message, isLost: true)
    #expect(
      StorageError(error, location: "postgresql://h/d").description.hasPrefix("postgresql://h/d: " + expected),
      "\(error)")
  }

  @Test func `An error of the way to the server is a lost connection`() {
    #expect(PostgreSQLError(state: "", message: "no route", isLost: true).kind == .connectionLost)
    #expect(PostgreSQLError(state: "", message: "no memory", isLost: false).kind == .other)
    // Seen of a server that recovers from a full disk: `could not write init file`.
    #expect(PostgreSQLError(state: "XX000", message: "no", isLost: true).kind == .connectionLost)
    #expect(PostgreSQLError(state: "XX000", message: "no", isLost: false).kind == .other)
    for old in ["timeout expired\n", "server closed the connection unexpectedly\n\tThis probably means"] {
      #expect(PostgreSQLError(connecting: old).kind == .connectionLost)
    }
    let verbose = """
      connection to server at "h" (::1), port 5432 failed: FATAL:  53300: sorry, too many clients already
      LOCATION:  ProcStartupPacket, postmaster.c:1
      """
    let error = PostgreSQLError(connecting: verbose)
    #expect(error == PostgreSQLError(state: "53300", message: "sorry, too many clients already", isLost: true))
    let silent = "connection to server on socket \"/s\" failed: fe_sendauth: no password supplied\n"
    #expect(PostgreSQLError(connecting: silent).kind == .authentication)
    #expect(PostgreSQLError.isServers("connection to server at \"h\", port 1 failed: FATAL:  sorry"))
    #expect(PostgreSQLError.isServers("FATAL:  sorry"))
    #expect(!PostgreSQLError.isServers("connection to server at \"h\", port 1 failed: Connection refused\n\tIs it"))
  }

  @Test func `Without the library, the error says what to install`() {
    let error = #expect(throws: StorageError.self) { try LibPQ("libpq-of-nobody.so.5") }
    let remedy = "PostgreSQL's client library; install the package libpq5"
    #expect(error?.description == "libpq-of-nobody.so.5: found no such library; expected \(remedy)")
    let other = #expect(throws: StorageError.self) { try LibPQ("libc.so.6") }
    #expect(other?.found == "a library without PQconnectdbParams")
  }
}
