import Foundation
import Testing

/// The live page with the real program.
@Suite(.serialized) struct DashboardTests {
  private static let study = ["--params_file=hyper.test", "--study=s", "--train_batch_size=8192"] + Pausing.small
  private static let long = study + ["--epochs=100000", "--stopping_step=100000"]

  private static func place(finished: Bool = true) throws -> Program {
    let program = try Program()
    try program.write("n_layers choice [1,2]\n", to: "hyper.test")
    guard finished else { return program }
    let ending = try program.run(study + ["--epochs=2"])
    #expect(ending.status == 0, "\(ending.errors)")
    return program
  }

  /// All rows, as text.
  private static func rows(_ program: Program) throws -> String { try SQLite.run(".dump\n", in: program) }

  // MARK: - Who may ask

  @Test func `Only a page of the server itself is answered, and nothing can be changed`() throws {
    let program = try Self.place()
    let before = try Self.rows(program)
    let page = try DashboardPage(program)
    for host in ["127.0.0.1", "localhost:99", "[::1]:\(page.port)"] {
      #expect(try page.status(of: page.request(host: host)) == 200)
    }
    #expect(try page.status(of: page.request(host: "example.org")) == 421)
    #expect(try page.status(of: page.request(host: "localhost.example.org")) == 421)
    #expect(try page.status(of: page.request(token: String(page.token.reversed()))) == 404)
    #expect(try page.status(of: page.request(token: "")) == 404)
    #expect(try page.status(of: Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)) == 404)
    #expect(try page.status(of: page.request(headers: ["Origin: http://example.org"])) == 403)
    #expect(try page.status(of: page.request(headers: ["Origin: http://localhost:\(page.port)"])) == 200)
    #expect(try page.status(of: page.request(headers: ["Sec-Fetch-Site: cross-site"])) == 403)
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
      let (status, text) = try page.answer(to: page.request(method: method))
      #expect(status == 405 && text.contains("Allow: GET, HEAD"), "\(method)")
    }
    #expect(try page.status(of: page.request("nothing")) == 404)
    #expect(try page.status(of: page.request("../../etc/passwd")) == 404)
    #expect(try page.status(of: page.request("?study=other")) == 404)
    #expect(page.process.isRunning)
    #expect(page.end() == 130)
    #expect(try Self.rows(program) == before)
  }

  @Test func `Answers say to browsers that nothing is kept, framed, sent on or loaded from elsewhere`() throws {
    let page = try DashboardPage(Self.place())
    for path in ["", "page", "curves?metric=valid.mrr@10", "leaderboard.csv", "nothing"] {
      let (_, text) = try page.answer(to: page.request(path))
      let head = text.components(separatedBy: "\r\n\r\n")[0]
      for line in [
        "Cache-Control: no-store", "Referrer-Policy: no-referrer", "X-Content-Type-Options: nosniff",
        "Cross-Origin-Resource-Policy: same-origin",
      ] { #expect(head.contains(line), "\(path): \(head)") }
      let policy = try #require(head.firstMatch(of: #/Content-Security-Policy: (.*)/#)?.output.1)
      #expect(policy.contains("default-src 'none'") && policy.contains("connect-src 'self'"))
      #expect(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"))
    }
    let (status, head) = try page.answer(to: page.request(method: "HEAD"))
    #expect(status == 200 && head.hasSuffix("\r\n\r\n") && head.contains("Content-Length: "))
  }

  @Test func `Large, broken and very many requests are refused or answered, and do nothing else`() throws {
    let program = try Self.place()
    let before = try Self.rows(program)
    let page = try DashboardPage(program)
    let million = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 20)
    let ending = Array(" HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
    #expect(try page.status(of: Array("GET /".utf8) + million + ending) == 404)
    #expect(try page.status(of: Array("GET /\(page.token)/".utf8) + million + ending) == 431)
    let header = Array(page.request().dropLast(2)) + Array("X: ".utf8) + million + Array("\r\n\r\n".utf8)
    #expect(try page.status(of: header) == 431)
    let body = page.request(method: "POST", headers: ["Content-Length: 1048576"]) + million
    #expect(try page.status(of: body) == 405)
    for text in ["\r\n\r\n", "GET\r\n\r\n", "\0\0\0\0\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n"] {
      #expect(try page.status(of: Array(text.utf8)) != 200)
    }
    for line in [
      "Content-Length: -1", "Content-Length: 99999999999999999999", "Transfer-Encoding: x", ":", "\u{e9}: \u{0}",
    ] {
      _ = try page.answer(to: page.request(headers: [line]))
    }

    // Some say nothing, some stop in the middle, some take their events slowly, and some leave.
    var connections: [LocalConnection] = []
    for number in 0..<500 {
      let connection = try LocalConnection(port: page.port)
      switch number % 4 {
      case 0: connection.send(Array(page.request().dropLast(3)))
      case 1: connection.send(page.request("events"))
      case 2: break
      default: continue
      }
      connections.append(connection)
    }
    connections = []
    // The server has to notice that they are gone.
    try Program.wait(until: "a request is answered", while: page.process) {
      try page.status(of: page.request()) == 200
    }
    #expect(page.end() == 130)
    #expect(try Self.rows(program) == before)
  }

  @Test func `The token is the user's alone, and is nowhere but in the address`() throws {
    let program = try Self.place()
    let first = try DashboardPage(program)
    let file = program.folder.appendingPathComponent("settings/run-hyper/dashboard-token")
    #expect(try String(contentsOf: file, encoding: .utf8) == first.token + "\n")
    let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    _ = try first.answer(to: first.request("nothing", host: "example.org"))
    let (_, text) = try first.answer(to: first.request())
    #expect(!text.contains(first.token))
    let events = try DashboardPage.Events(first)
    _ = try events.wait(for: "study")
    #expect(first.end() == 130)
    events.waitForEnd()
    #expect(try !first.messages.contains(first.token))
    #expect(try first.messages.contains("to this machine only"))

    // An open page finds a restarted server.
    let second = try DashboardPage(program, port: first.port)
    #expect(second.token == first.token && second.port == first.port)
    _ = try DashboardPage.Events(second).wait(for: "study")
  }

  @Test func `A port that was asked for and is taken is said`() throws {
    let program = try Self.place()
    let page = try DashboardPage(program)
    let settings = ["XDG_CONFIG_HOME": program.folder.appendingPathComponent("settings").path]
    let refused = try program.run(["dashboard", "--port=\(page.port)"], environment: settings)
    #expect(refused.status == 2 && refused.output == "")
    #expect(
      refused.errors
        == "error: --port: found \(page.port), which another program uses; expected a free port, or no --port\n")
    #expect(try program.run(["dashboard", "--port=70000"]).status == 2)
    #expect(try page.status(of: page.request()) == 200)
  }

  // MARK: - What is shown

  @Test func `The page has the study, and reports are those of the commands`() throws {
    let program = try Self.place()
    let page = try DashboardPage(program)
    let (_, html) = try page.answer(to: page.request("?study=s"))
    #expect(html.contains(#"<script type="application/json" id="study-chart">{"#))
    let live = try #require(html.firstMatch(of: #/id="study-live">(.*?)</script>/#)?.output.1)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(live.utf8)) as? [String: Any])
    let state = try #require(object["live"] as? [String: Any])
    #expect(object["sequence"] is Int && state["state"] as? String == "finished")
    #expect(state["finished"] as? Int == 2 && state["total"] as? Int == 2 && state["studies"] as? [String] == ["s"])
    let (_, file) = try page.answer(to: page.request("page"))
    #expect(file.contains("attachment; filename=\"s.html\"") && !file.contains("id=\"study-live\""))

    let (_, csv) = try page.answer(to: page.request("leaderboard.csv"))
    #expect(csv.hasSuffix(try program.run(["leaderboard", "--top=0", "--format=csv"]).output))
    let (_, curves) = try page.answer(to: page.request("curves?metric=valid.mrr@10"))
    #expect(curves.contains("\r\n\r\n{\"1\":[[1,"))
    let (_, compared) = try page.answer(to: page.request("compare?a=1&b=2"))
    #expect(compared.contains("\"histogram\":[{\"from\":-1,") && compared.contains("\"p\":"))
    let (_, unknown) = try page.answer(to: page.request("compare?a=1&b=9"))
    #expect(unknown.contains("{\"message\":\"found no completed trial 9"))
  }

  @Test func `Without a name and a database, the page waits for both`() throws {
    let page = try DashboardPage(Self.place(finished: false))
    let (status, text) = try page.answer(to: page.request())
    #expect(status == 200 && text.contains("http-equiv=\"refresh\""))
    #expect(page.end() == 130)
  }

  @Test func `A page sees a study from before its first trial to its deletion`() throws {
    let program = try Self.place(finished: false)
    let page = try DashboardPage(program, ["s"])
    #expect(try page.messages.contains("waiting for it"))
    #expect(try page.answer(to: page.request()).text.contains("http-equiv=\"refresh\""))
    let process = try program.start(Self.long + ["--workers=2"])
    defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
    try SQLite.wait(until: SQLite.epochs(atLeast: 1), in: program, while: process)

    let events = try DashboardPage.Events(page)
    _ = try events.wait(for: "study", with: "\"sequence\":")
    let change = try events.wait(for: "changes", with: "\"curve\":[[1,")
    #expect(change.contains("\"live\":{") && change.contains("\"removed\":[]"))
    _ = try events.wait(for: "study", "changes", with: "\"workers\":[{\"host\":")
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    try events.wait(forState: "gone")
    let resumed = try program.start(["resume", "s"])
    defer { if resumed.isRunning { kill(resumed.processIdentifier, SIGKILL) } }
    try events.wait(forState: "running")
    kill(resumed.processIdentifier, SIGINT)
    resumed.waitUntilExit()
    try events.wait(forState: "paused")

    #expect(try program.run(["studies", "--delete=s"]).status == 0)
    #expect(
      try events.wait(for: "problem", with: "it was deleted")
        == #"{"message":"study s is no longer in studies/studies.sqlite: it was deleted"}"#)
    #expect(try program.run(Self.study + ["--epochs=1"]).status == 0)
    _ = try events.wait(for: "study", with: "\"number\":2")
    #expect(page.end() == 130)
    events.waitForEnd()
  }

  @Test func `A database that is moved, replaced or upgraded is said, and read again when it can be`() throws {
    let program = try Self.place()
    let page = try DashboardPage(program)
    let events = try DashboardPage.Events(page)
    _ = try events.wait(for: "study")
    let (here, there) = (
      program.folder.appendingPathComponent("studies"), program.folder.appendingPathComponent("away")
    )
    try FileManager.default.moveItem(at: here, to: there)
    _ = try events.wait(for: "problem", with: "found no such file")
    try FileManager.default.moveItem(at: there, to: here)
    _ = try events.wait(for: "study", with: "\"trials\":[{")

    // A copy with another value takes its place.
    let database = here.appendingPathComponent("studies.sqlite")
    let copy = program.folder.appendingPathComponent("copy.sqlite")
    try SQLite.run("VACUUM INTO '\(copy.path)'", on: database)
    try SQLite.run("UPDATE trial SET best_value = 0.625 WHERE ordinal = 1", on: copy)
    try #require(unsafe rename(copy.path, database.path) == 0)
    _ = try events.wait(for: "study", with: "\"value\":0.625")

    try SQLite.run("PRAGMA user_version = 1000", on: database)
    _ = try events.wait(for: "problem", with: "schema 1000")
    #expect(page.process.isRunning)
  }

  @Test func `A database of an earlier schema is shown as it is, and is not changed`() throws {
    let program = try Self.place()
    try SQLite.downgrade(program, to: 3)
    let page = try DashboardPage(program)
    _ = try DashboardPage.Events(page).wait(for: "study", with: "\"trials\":[{")
    #expect(try SQLite.run("PRAGMA user_version", in: program) == "3\n")
    #expect(page.end() == 130)
  }

  @Test(.enabled(if: PostgreSQLServer.isInstalled, PostgreSQLServer.absence))
  func `A study on a server is shown while it runs, without the password`() throws {
    let place = try PostgreSQLPlace(user: "guarded:secret")
    let page = try DashboardPage(place.program, place.options)
    let process = try place.start(PostgreSQLPlace.study + ["--epochs=100000", "--stopping_step=100000"])
    defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
    try Program.wait(until: "the study is there", while: process) {
      try page.answer(to: page.request()).text.contains("study-live")
    }
    let events = try DashboardPage.Events(page)
    #expect(try !events.wait(for: "study").contains("secret"))
    _ = try events.wait(for: "changes", with: "\"curve\":[[")
    try place.endConnections()
    _ = try events.wait(for: "changes", with: "\"curve\":[[")
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    try events.wait(forState: "paused")
    #expect(page.end() == 130)
    #expect(try !page.messages.contains("secret"))
  }
}
