import Foundation
import Testing

@testable import Tuner

/// Connecting, and errors.
@Suite(.enabled(if: PostgreSQLServer.isInstalled, PostgreSQLServer.absence)) struct PostgreSQLSessionTests {
  private let server: PostgreSQLServer

  init() throws { server = try PostgreSQLServer.shared }

  private func session(_ rest: String = "", user: String = "hyper") throws -> PostgreSQLSession {
    try PostgreSQLSession(server.uri(of: "postgres", user: user, rest))
  }

  private func error(_ work: () throws -> Void) -> PostgreSQLError? {
    do { try work() } catch { return error as? PostgreSQLError }
    return nil
  }

  private func setting(_ name: String, of session: PostgreSQLSession) throws -> SQLValue {
    try session.execute("SELECT current_setting(?)", [.text(name)]).rows[0][0]
  }

  // MARK: - Connecting

  @Test func `A session has our settings, unless the user has others`() throws {
    let ours = try session()
    for (name, value) in [
      ("application_name", ProcessIdentity.name), ("client_encoding", "UTF8"), ("search_path", "run_hyper"),
      ("extra_float_digits", "1"), ("idle_in_transaction_session_timeout", "30s"),
      ("client_connection_check_interval", "2s"), ("default_transaction_isolation", "read committed"),
    ] { #expect(try setting(name, of: ours) == .text(value), "\(name)") }
    let theirs = try session(
      "&application_name=mine&client_encoding=LATIN1"
        + "&options=-c%20idle_in_transaction_session_timeout%3D7s%20-c%20search_path%3Dpublic")
    for (name, value) in [
      ("application_name", "mine"), ("client_encoding", "UTF8"), ("search_path", "run_hyper"),
      ("idle_in_transaction_session_timeout", "7s"), ("client_connection_check_interval", "2s"),
    ] { #expect(try setting(name, of: theirs) == .text(value), "\(name)") }
    #expect(try theirs.execute("SELECT 'ä'").rows == [[.text("ä")]])
  }

  @Test func `A service that nobody has defined is named`() throws {
    let error = error { _ = try PostgreSQLSession("service=none") }
    #expect(error?.message == "definition of service \"none\" not found" && error?.kind == .other)
  }

  @Test func `Keywords, lists of hosts and passwords are what libpq makes of them`() throws {
    for text in [
      "host='\(server.folder)' user=hyper dbname=postgres",
      "postgresql://hyper@/postgres?host=/nowhere,\(server.folder)&target_session_attrs=read-write",
      server.uri(of: "postgres", user: "guarded", "&password=secret"),
    ] { #expect(try PostgreSQLSession(text).execute("SELECT 1").rows == [[.integer(1)]]) }
  }

  @Test func `A connection that fails has its reason`() throws {
    let (guarded, unknown) = ("&password=wrongword", server.uri(of: "postgres", user: "unknown"))
    let cases: [(String, String, PostgreSQLError.Kind, String)] = [
      (
        server.uri(of: "postgres", user: "guarded", guarded), "28P01", .authentication,
        "password authentication failed for user \"guarded\""
      ),
      (server.uri(of: "none"), "3D000", .noDatabase, "database \"none\" does not exist"),
      (unknown, "28000", .authentication, "role \"unknown\" does not exist"),
      ("postgresql:///postgres?host=/nowhere", "", .connectionLost, "No such file or directory"),
      ("postgresql://127.0.0.1:1/postgres", "", .connectionLost, "Connection refused"),
      ("postgresql:///?sslmode=some", "", .other, "invalid sslmode value: \"some\""),
    ]
    for (uri, state, kind, part) in cases {
      let error = error { _ = try PostgreSQLSession(uri) }
      #expect(error?.state == state && error?.kind == kind, "\(uri): \(String(describing: error))")
      #expect(error?.message.contains(part) == true && error?.message.contains("wrongword") == false)
    }
  }

  @Test func `Too many connections are an error of their own`() throws {
    try session().script("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0")
    let error = error { _ = try session(user: "crowded") }
    #expect(error?.state == "53300" && error?.kind == .tooManyConnections)
  }

  // MARK: - Errors

  @Test func `An error has the server's state, and the session goes on`() throws {
    let session = try session()
    try session.script("CREATE TEMP TABLE t (a bigint PRIMARY KEY)")
    for (sql, state) in [
      ("SELEC", "42601"), ("SELECT * FROM missing", "42P01"), ("INSERT INTO t VALUES (1), (1)", "23505"),
      ("SELECT 1 / 0", "22012"), ("SELECT missing(1)", "42883"),
    ] {
      let error = error { try session.execute(sql) }
      #expect(error?.state == state && error?.kind == .other && error?.isLost == false, "\(String(describing: error))")
      #expect(error?.message.contains("\n") == false && error?.message.hasPrefix("ERROR") == false)
    }
    let wrong = error { try session.execute("SELECT CAST(? AS bigint)", [.text("x")]) }
    #expect(wrong?.state == "22P02")
    try session.script("SET default_transaction_read_only = on")
    #expect(error { try session.script("CREATE TABLE u (a bigint)") }?.kind == .readOnly)
    #expect(try session.execute("SELECT 1").rows == [[.integer(1)]] && !session.isLost)
  }

  @Test func `A lock that is waited for too long is an error of its own`() throws {
    let uri = try server.newDatabase()
    let (first, second) = try (PostgreSQLSession(uri), PostgreSQLSession(uri))
    try first.script("CREATE TABLE public.t (a bigint)")
    try first.script("BEGIN; LOCK TABLE public.t")
    try second.script("SET lock_timeout = '50ms'")
    #expect(error { try second.execute("SELECT * FROM public.t") }?.kind == .lockTimeout)
  }

  @Test func `A connection that the server ends is lost`() throws {
    let (session, other) = try (session(), session())
    let process = try session.execute("SELECT pg_backend_pid()").rows[0][0]
    try other.execute("SELECT pg_terminate_backend(CAST(? AS integer))", [process])
    // Until the process has ended.
    while try other.execute("SELECT 1 FROM pg_stat_activity WHERE pid = ?", [process]).rows != [] {}
    for _ in 1...2 {
      let error = error { try session.execute("SELECT 1") }
      #expect(error?.kind == .connectionLost && error?.isLost == true, "\(String(describing: error))")
      #expect(session.isLost)
    }
  }

  @Test func `A transaction without statements is ended`() throws {
    let session = try session("&options=-c%20idle_in_transaction_session_timeout%3D50")
    try session.script("BEGIN")
    Thread.sleep(forTimeInterval: 0.5)
    #expect(error { try session.execute("SELECT 1") }?.kind == .connectionLost)
  }
}
