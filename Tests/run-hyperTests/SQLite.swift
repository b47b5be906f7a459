import Foundation
import Testing

@testable import Tuner

/// The `sqlite3` of the system on a program's database, as another program than ours would use it.
enum SQLite {
  @discardableResult
  static func run(_ sql: String, in program: Program) throws -> String {
    try run(sql, on: program.folder.appendingPathComponent("studies/studies.sqlite"))
  }

  @discardableResult
  static func run(_ sql: String, on file: URL) throws -> String {
    let (status, output) = try ask(sql, of: file, patience: 60_000)
    #expect(status == 0, "\(sql)")
    return output
  }

  /// Stops a process while it does not write: what is held in the middle of a write nobody else can have.
  static func pause(_ process: Int32, of program: Program) throws {
    while true {
      kill(process, SIGSTOP)
      if try isFree(program) { return }
      kill(process, SIGCONT)
      Thread.sleep(forTimeInterval: 0.01)
    }
  }

  /// Whether no process is in the middle of a write.
  static func isFree(_ program: Program) throws -> Bool {
    let file = program.folder.appendingPathComponent("studies/studies.sqlite")
    return try ask("BEGIN IMMEDIATE; ROLLBACK", of: file, patience: 100).status == 0
  }

  /// Waits until a condition holds in a database that a process works on.
  ///
  /// On a slow machine it waits longer: only a process that ends too early, or hangs, fails the test.
  ///
  /// - Parameter condition: What stands behind `SELECT`, to give 1.
  static func wait(
    until condition: String, in program: Program, storage: String = "studies/studies.sqlite", while process: Process
  ) throws {
    let file = program.folder.appendingPathComponent(storage)
    try Program.wait(until: condition, while: process) {
      guard program.exists(storage), try run("PRAGMA user_version", on: file) != "0\n" else { return false }
      return try run("SELECT \(condition)", on: file) == "1\n"
    }
  }

  /// The number of epochs that a study's trials have reported, as a condition.
  static func epochs(atLeast count: Int) -> String {
    "count(DISTINCT trial_id || ' ' || epoch) >= \(count) FROM observation"
  }

  /// - Parameter patience: Milliseconds to wait for others.
  private static func ask(_ sql: String, of file: URL, patience: Int) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["sqlite3", "-cmd", ".timeout \(patience)", file.path]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    try input.fileHandleForWriting.write(contentsOf: Data(".bail on\n\(sql);\n".utf8))
    try input.fileHandleForWriting.close()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: text, as: UTF8.self))
  }

  /// Puts the rows of a database into one of an earlier schema, in its place.
  static func downgrade(_ program: Program, to version: Int) throws {
    let new = program.folder.appendingPathComponent("studies/studies.sqlite")
    let old = program.folder.appendingPathComponent("studies/old.sqlite")
    let tables = [
      "study", "trial", "trial_parameter", "attempt", "observation", "result", "user_rank", "checkpoint", "weights",
    ]
    let make = Schema.migrations.prefix(version).joined(separator: "\n")
    try run(
      "PRAGMA journal_mode = WAL; \(make); PRAGMA application_id = \(Schema.applicationID); PRAGMA user_version = \(version)",
      on: old)
    for table in tables {
      let columns = try run("SELECT group_concat(name, ', ') FROM pragma_table_info('\(table)')", on: old)
        .trimmingCharacters(in: .whitespacesAndNewlines)
      try run(
        "ATTACH '\(new.path)' AS new; INSERT INTO main.\(table) (\(columns)) SELECT \(columns) FROM new.\(table)",
        on: old)
    }
    try FileManager.default.removeItem(at: new)
    for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: new.path + suffix) }
    try FileManager.default.moveItem(at: old, to: new)
  }
}
