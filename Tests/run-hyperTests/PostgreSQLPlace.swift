import Foundation
import Testing

@testable import Tuner

/// A folder with a parameter file, and a database of its own on the server of the tests.
struct PostgreSQLPlace {
  /// A small grid on the bundled data.
  static let study = ["--params_file=hyper.test", "--workers=1", "--hidden_size=16", "--inner_size=16"]
  static let name = "bert4rec-grocery-hyper"

  /// A checkpoint after every epoch.
  static let environment = ["RUN_HYPER_CHECKPOINT_SECONDS": "0"]

  let program: Program

  /// With the password of `guarded`, if that is the user.
  let uri: String

  /// Options of every command.
  var options: [String] { ["--storage=\(uri)", "--checkpoints=states"] }

  /// - Parameter user: `hyper`, or `guarded:secret`.
  init(user: String = "hyper") throws {
    program = try Self.folder()
    let owner = user.split(separator: ":")[0]
    uri = try PostgreSQLServer.shared.newDatabase("OWNER \(owner)").replacing("hyper@", with: "\(user)@")
  }

  /// A folder with the parameter file.
  static func folder() throws -> Program {
    let program = try Program()
    try program.write("learning_rate choice [0.01,0.001]\nn_layers choice [1,2]\n", to: "hyper.test")
    return program
  }

  func run(_ arguments: [String], environment: [String: String] = Self.environment) throws -> Program.Ending {
    try program.run(arguments + options, environment: environment)
  }

  func start(_ arguments: [String], environment: [String: String] = [:], errors: URL? = nil) throws -> Process {
    try program.start(
      arguments + options, environment: Self.environment.merging(environment) { $1 },
      errors: try errors.map { try FileHandle(forWritingTo: $0) } ?? .nullDevice)
  }

  /// What reports show, and the files of weights.
  func reports() throws -> [String] { try Self.reports(of: program, options) }

  /// - Parameter hasWeights: Whether weights are in the folder.
  static func reports(of program: Program, _ options: [String], hasWeights: Bool = true) throws -> [String] {
    let commands = [
      ["leaderboard", "--top=0", "--format=csv"], ["leaderboard", "--top=0", "--format=json"], ["leaderboard"],
      ["compare", name, "1", "2", "--format=json"], ["importance", "--format=json"],
    ]
    let texts = try commands.map { command in
      let ending = try program.run(command + options)
      #expect(ending.status == 0 || command[0] != "leaderboard", "\(command): \(ending.errors)")
      return ending.output + ending.errors
    }
    let files = FileManager.default.enumerator(atPath: program.folder.path)?.compactMap { $0 as? String } ?? []
    let weights = try files.filter { $0.hasSuffix(".safetensors") }.map { file in
      let bytes = try Data(contentsOf: program.folder.appendingPathComponent(file))
      return "\(file.split(separator: "/").last ?? "") \(sha256(Array(bytes)))"
    }
    #expect(weights.count == (hasWeights ? 1 : 0))
    return texts + weights
  }

  func expectSound(after event: String) throws {
    let verified = try run(["verify"])
    let hasNoStudy = verified.errors.contains("found a database without studies")
    #expect(verified.status == 0 || hasNoStudy, "after \(event): \(verified.output)\(verified.errors)")
  }

  /// The first column of what a statement finds.
  func column(_ sql: String) throws -> [String] {
    try PostgreSQLSession(uri).execute(sql).rows.map { row in
      switch row[0] {
      case .text(let text): text
      case .integer(let number): "\(number)"
      default: "\(row[0])"
      }
    }
  }

  /// Lets an administrator work on the server; `DB` is the database's name.
  func administer(_ sql: String) throws {
    let server = try PostgreSQLServer.shared
    let name = try #require(uri.firstMatch(of: #/@\/(\w+)/#)?.output.1)
    try PostgreSQLSession(server.uri(of: "postgres")).script(sql.replacing("DB", with: name))
  }

  /// Ends all connections to the database.
  func endConnections() throws {
    try administer("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = 'DB'")
  }
}
