import Foundation
import Testing

/// A password in a URI works, and is seen nowhere; a URI that leads nowhere ends with one line.
@Suite(.serialized, .enabled(if: PostgreSQLServer.isInstalled, PostgreSQLServer.absence))
struct PostgreSQLPasswordTests {
  private static let study = PostgreSQLPlace.study + ["--epochs=2"]
  private static let note = "note: --storage has a password, which other users can see"

  /// Whether bytes have the password, as text or in hexadecimal digits.
  private static func hasPassword(_ bytes: Data) -> Bool {
    ["secret", "736563726574"].contains { bytes.range(of: Data($0.utf8)) != nil }
  }

  @Test func `A password in a URI is in no output, file, table or command line of a child`() throws {
    let place = try PostgreSQLPlace(user: "guarded:secret")
    let errors = try place.program.errorFile()
    let process = try place.start(Self.study, environment: Pausing.afterReports(1), errors: errors)
    let number = try Pausing.waitForStop(of: process)
    for thread in try FileManager.default.contentsOfDirectory(atPath: "/proc/\(number)/task") {
      #expect(try String(contentsOfFile: "/proc/\(number)/task/\(thread)/children", encoding: .utf8).isEmpty)
    }
    kill(number, SIGINT)
    Pausing.resume(number)
    process.waitUntilExit()
    #expect(Program.status(of: process) == 130)
    let text = try String(contentsOf: errors, encoding: .utf8)
    #expect(text.ranges(of: Self.note).count == 1, "\(text)")
    #expect(text.contains("resume \(PostgreSQLPlace.name) --storage='postgresql://guarded@/"), "\(text)")

    let name = PostgreSQLPlace.name
    var texts = [text]
    for command in [
      ["resume", "--output_file=o", "--display_file=c"], ["resume"], Self.study, ["studies"],
      ["studies", "--format=json"],
      ["leaderboard"], ["leaderboard", "--format=json"], ["show", name, "1"], ["show", name, "best", "--format=json"],
      ["compare", name, "1", "2"], ["importance"], ["verify"], ["verify", "--format=json"],
    ] {
      let ending = try place.run(command)
      #expect(ending.status == 0, "\(command): \(ending.errors)")
      texts += [ending.output, ending.errors]
    }
    for command in [["show", name, "99"], ["leaderboard", "other"], ["studies", "--delete=other"]] {
      let ending = try place.run(command)
      #expect(ending.status == 2 && ending.errors.contains("found"), "\(ending.errors)")
      texts += [ending.output, ending.errors]
    }
    #expect(texts.allSatisfy { !Self.hasPassword(Data($0.utf8)) })

    for table in try place.column(
      "SELECT table_name FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')")
    {
      let rows = try place.column("SELECT CAST(row AS text) FROM \(table) AS row")
      #expect(rows.allSatisfy { !Self.hasPassword(Data($0.utf8)) }, "\(table)")
      if ["study", "trial"].contains(table) { #expect(!rows.isEmpty) }
    }
    let files = FileManager.default.enumerator(atPath: place.program.folder.path)?.compactMap { $0 as? String } ?? []
    #expect(files.contains("o") && files.contains("c"))
    for file in files {
      #expect(!Self.hasPassword(Data(file.utf8)))
      let bytes = try? Data(contentsOf: place.program.folder.appendingPathComponent(file))
      #expect(bytes.map { !Self.hasPassword($0) } ?? true, "\(file)")
    }
    let deleted = try place.run(["studies", "--delete=\(name)"])
    #expect(deleted.status == 0 && deleted.output.hasPrefix("Deleted study"))
  }

  @Test func `A service names server, database and user`() throws {
    let place = try PostgreSQLPlace()
    let server = try PostgreSQLServer.shared
    let name = try place.column("SELECT current_database()")[0]
    let services = place.program.folder.appendingPathComponent("services")
    try "[tuning]\nhost=\(server.folder)\nuser=hyper\ndbname=\(name)\n".write(
      to: services, atomically: true, encoding: .utf8)
    let ending = try place.program.run(
      ["studies", "--storage=postgresql://?service=tuning"], environment: ["PGSERVICEFILE": services.path])
    #expect(
      ending.errors.contains("postgresql://?service=tuning: found a database without studies"), "\(ending.errors)")
  }

  @Test func `A password in another place of a command line is not repeated`() throws {
    let place = try PostgreSQLPlace()
    let uri = "postgresql://guarded:secret@host/db"
    for arguments in [
      ["leaderboard", "--storage=\(uri)", "--storage=\(uri)2"], ["leaderboard", "--storag=\(uri)"],
      ["leaderboard", uri] + place.options, ["leaderboard", "name", uri], [uri], ["--params_file=\(uri)"],
      ["--storag=\(uri)"], Self.study + ["--output_file=\(uri)"], Self.study + ["--config_files=\(uri)"],
      Self.study + ["--data_path=\(uri)"], Self.study + ["--dataset=\(uri)"], Self.study + ["--checkpoints=\(uri)"],
      ["evaluate", "--weights=\(uri)"], ["train", "--learning_rate=\(uri)"],
    ] {
      let ending = try place.program.run(arguments)
      #expect(ending.status == 2 && ending.errors.hasPrefix("error: "), "\(arguments): \(ending.errors)")
      #expect(!ending.errors.contains("secret"), "\(ending.errors)")
    }
  }

  @Test(arguments: [
    ("postgresql://hyper:secret@127.0.0.1:1/a", "postgresql://hyper@127.0.0.1:1/a: found no connection ("),
    ("postgresql://hyper:secret@/a?host=/nowhere", "postgresql://hyper@/a?host=/nowhere: found no connection ("),
    ("postgres://hyper:secret@h/a?foo=1", "postgresql://…: found invalid URI query parameter: \"foo\"; expected"),
    ("postgresql://hyper:sec/secret@h/a", "postgresql://…: found an @ within a name or a password; expected"),
    ("postgresql://hyper:secret@h:port/a", "postgresql://…: found a port that is not a number; expected"),
    ("postgresql://hyper:secret%zz@h/a", "postgresql://…: found invalid percent-encoded token; expected"),
    ("NONE", ": found database \"none\" does not exist; expected a database that exists; create it with createdb"),
    ("EMPTY", ": found a database without studies; expected a database with a study; start one first"),
    ("WRONG", "found password authentication failed for user \"guarded\"; expected a user and a password that"),
    ("LACKING", ": found no password; expected a user and a password that the server accepts; a password belongs in"),
  ])
  func `A URI that leads nowhere ends every command with one line`(uri: String, message: String) throws {
    let place = try PostgreSQLPlace()
    let server = try PostgreSQLServer.shared
    let uris = [
      "NONE": server.uri(of: "none", user: "hyper:secret"), "EMPTY": place.uri,
      "WRONG": server.uri(of: "postgres", user: "guarded:a-secret"),
      "LACKING": server.uri(of: "postgres", user: "guarded"),
    ]
    let options = ["--storage=\(uris[uri] ?? uri)", "--checkpoints=states"]
    let reports = [
      ["resume"], ["leaderboard"], ["studies"], ["verify"], ["show", "s", "1"], ["studies", "--delete=s"],
    ]
    for command in uri == "EMPTY" ? reports : reports + [Self.study] {
      let ending = try place.program.run(command + options)
      #expect(ending.status == 2 && ending.output.isEmpty, "\(command): \(ending.errors)")
      let lines = ending.errors.split(separator: "\n").filter { !$0.hasPrefix(Self.note) }
      #expect(lines.count == 1 && lines[0].hasPrefix("error: ") && lines[0].contains(message), "\(ending.errors)")
      #expect(!ending.errors.contains("secret"))
    }
    #expect(try place.column("SELECT count(*) FROM pg_namespace WHERE nspname = 'run_hyper'") == ["0"])
    #expect(!place.program.exists("states"))
  }
}
