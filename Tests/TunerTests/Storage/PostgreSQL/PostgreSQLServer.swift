import Foundation
import Locks
import Testing

@testable import Tuner

/// A PostgreSQL server for the tests of this target, with a socket in a folder of its own; it ends with the process.
///
/// User `guarded` has to give the password `secret`, and `planted` has to give another one; anybody else is let in.
final class PostgreSQLServer: Sendable {
  /// The folder of the data and of the socket.
  let folder: String

  private let databaseCount = Locked(0)

  private static let started = Result { try PostgreSQLServer() }

  /// The server, started at the first use.
  static var shared: PostgreSQLServer { get throws { try started.get() } }

  /// With all that needs an escape in a file of passwords, a shell or a URI, and an end that is found nowhere else.
  static let plantedPassword = #"a:b\c'd "e Qz7w6b1f"#

  static let absence: Comment = "PostgreSQL's server is not installed, so this is not tested"

  /// Whether the programs are there; RUN_HYPER_REQUIRE_POSTGRESQL makes their absence a failure.
  static let isInstalled =
    binaries != nil || ProcessInfo.processInfo.environment["RUN_HYPER_REQUIRE_POSTGRESQL"] == "1"

  /// The folder of `initdb` and `pg_ctl`: Debian's of the newest version, or one on the path.
  private static let binaries: String? = {
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
    let debian = versions.sorted { (Double($0) ?? 0) > (Double($1) ?? 0) }.map { "/usr/lib/postgresql/\($0)/bin" }
    let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
    return (debian + path).first { folder in
      ["initdb", "pg_ctl"].allSatisfy { FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)") }
    }
  }()

  private init() throws {
    guard let binaries = Self.binaries else { throw Failure(description: "no initdb and pg_ctl: install postgresql") }
    // The path of a socket has at most 107 bytes.
    folder = NSTemporaryDirectory() + "pg-\(ProcessInfo.processInfo.processIdentifier)-\(UInt16.random(in: 0...999))"
    // The server refuses to run as root.
    let user = getuid() == 0 ? "runuser -u postgres --" : ""
    let output = Pipe()
    try Self.shell(
      """
      mkdir "$1" && cd "$1" || exit
      [ -z "\(user)" ] || chown postgres "$1"
      {
        \(user) "$0/initdb" -D "$1/data" -U hyper --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync
        printf '%s\\n' 'local all guarded,planted scram-sha-256' 'local all all trust' >"$1/data/pg_hba.conf"
        \(user) "$0/pg_ctl" -D "$1/data" -l "$1/data/log" -w -t 60 \\
          -o "-k '$1' -c listen_addresses= -c fsync=off -c max_connections=60 -c shared_buffers=32MB" start
      } >log 2>&1
      """, [binaries, folder], output: output)
    // Foundation takes a process for running as long as its descendants, so this waits for the end of the shell's
    // output.
    _ = try output.fileHandleForReading.readToEnd()
    // Even a test process that crashes leaves no server.
    try Self.shell(
      """
      trap '' INT TERM HUP
      while kill -0 "$2" 2>/dev/null; do sleep 0.3; done
      cd "$1" && \(user) "$0/pg_ctl" -D "$1/data" -m immediate stop
      cd / && rm -rf "$1"
      """, [binaries, folder, "\(ProcessInfo.processInfo.processIdentifier)"], output: FileHandle.nullDevice)
    do {
      try PostgreSQLSession(uri(of: "postgres")).script(
        """
        CREATE ROLE guarded LOGIN PASSWORD 'secret';
        CREATE ROLE planted LOGIN PASSWORD '\(Self.plantedPassword.replacing("'", with: "''"))'
        """)
    } catch {
      let log = (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? ""
      throw Failure(description: "\(error); \(log)")
    }
  }

  private struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private static func shell(_ script: String, _ arguments: [String], output: Any) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script] + arguments
    process.standardInput = FileHandle.nullDevice
    // Not that of the tests: `swift test` waits until nobody has it open.
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  func uri(of database: String, user: String = "hyper", _ rest: String = "") -> String {
    "postgresql://\(user)@/\(database)?host=\(folder)\(rest)"
  }

  /// The URI of a new, empty database.
  ///
  /// - Parameter options: What follows CREATE DATABASE.
  func newDatabase(_ options: String = "") throws -> String {
    let number = databaseCount.withLock { count in
      count += 1
      return count
    }
    try PostgreSQLSession(uri(of: "postgres")).script("CREATE DATABASE test_\(number) \(options)")
    return uri(of: "test_\(number)")
  }
}
