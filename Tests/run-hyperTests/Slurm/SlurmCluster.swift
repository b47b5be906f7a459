import Foundation
import Locks
import Testing

/// Slurm with three nodes, `n1` to `n3`, started by `scripts/slurm_cluster.py`; it ends with the process of the tests.
final class SlurmCluster: Sendable {
  /// All nodes are this host. There are the partitions `work` and `urgent`, whose jobs take the place of those of `work`.
  static var shared: SlurmCluster { get throws { try onThisHost.get() } }

  /// Each node is a host of its own, whose link can be cut; so is that where jobs are submitted, with a PostgreSQL server.
  static var ofHosts: SlurmCluster { get throws { try onHosts.get() } }

  /// Whether it can be started; RUN_HYPER_REQUIRE_SLURM makes it a failure if it cannot.
  static let isInstalled = ProcessInfo.processInfo.environment["RUN_HYPER_REQUIRE_SLURM"] == "1" || isAvailable([])
  static let hostsAreAvailable = isAvailable(["--hosts"])

  static let absence: Comment =
    "Slurm cannot be started here (slurm-wlm, munge, python3, root), so this is not tested"
  static let hostsAbsence: Comment =
    "Slurm cannot be started on hosts of its own here (as above, iproute2, postgresql), so this is not tested"

  /// The path of `slurm.conf`.
  let configuration: String

  /// What stands before a command that is to run where jobs are submitted.
  let inside: [String]

  /// The PostgreSQL server beside the controller.
  let server: Server?

  struct Server: Decodable {
    /// Its address for all hosts.
    let address: String
    /// The folder of its socket, for anybody on this machine.
    let socket: String
  }

  private struct Announcement: Decodable {
    let configuration: String
    let inside: [String]
    let server: Server?
  }

  private static let script = Program.home.appendingPathComponent("scripts/slurm_cluster.py").path
  private static let onThisHost = Result { try SlurmCluster([]) }
  private static let onHosts = Result { try SlurmCluster(["--hosts"]) }

  /// The cluster ends when nobody has its input open any more.
  private let input: FileHandle
  private let output: Locked<FileHandle>

  private init(_ options: [String]) throws {
    let (input, output, process) = (Pipe(), Pipe(), Process())
    let errors = FileManager.default.temporaryDirectory.appendingPathComponent("slurm-\(UUID().uuidString)")
    try Data().write(to: errors)
    defer { try? FileManager.default.removeItem(at: errors) }
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", Self.script] + options
    process.standardInput = input
    process.standardOutput = output
    // Not that of the tests: `swift test` waits until nobody has it open.
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    let line = Self.line(from: output.fileHandleForReading)
    guard !line.isEmpty else { throw SlurmFailure(description: try String(contentsOf: errors, encoding: .utf8)) }
    let announcement = try JSONDecoder().decode(Announcement.self, from: Data(line.utf8))
    (configuration, inside, server) = (announcement.configuration, announcement.inside, announcement.server)
    self.input = input.fileHandleForWriting
    self.output = Locked(output.fileHandleForReading)
  }

  /// Makes something happen to a node, such as `die n1`; returns when it has happened.
  func order(_ command: String) throws {
    let answer = try output.withLock { output in
      try input.write(contentsOf: Data("\(command)\n".utf8))
      return Self.line(from: output)
    }
    guard answer == "done" else { throw SlurmFailure(description: "\(command): '\(answer)'") }
  }

  /// Runs one of Slurm's programs where jobs are submitted.
  func call(_ words: String...) throws -> Program.Ending { try call(words) }

  func call(_ words: [String]) throws -> Program.Ending {
    let (process, output, errors) = (Process(), Pipe(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = inside + words
    process.environment = ProcessInfo.processInfo.environment.merging(["SLURM_CONF": configuration]) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    // What Slurm's programs say fits into a pipe.
    let texts = try [output, errors].map { pipe in
      String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    }
    process.waitUntilExit()
    return Program.Ending(status: Program.status(of: process), output: texts[0], errors: texts[1])
  }

  /// Waits until something holds; only what hangs fails the test.
  ///
  /// - Parameter what: Says in the end what it was, with what is known then.
  func wait(until what: @autoclosure () -> String, _ isReached: () throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(900)
    while try !isReached() {
      guard ContinuousClock.now < end else {
        let queue = try call("squeue", "-a", "-r", "-t", "all", "-o", "%i %P %T %r %N %j").output
        throw SlurmFailure(description: "never came: \(what())\n\(queue)")
      }
      try await Task.sleep(for: .milliseconds(100))
    }
  }

  private static func line(from handle: FileHandle) -> String {
    var bytes: [UInt8] = []
    while let byte = (try? handle.read(upToCount: 1))?.first, byte != UInt8(ascii: "\n") { bytes.append(byte) }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isAvailable(_ options: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", script, "--check"] + options
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return Program.status(of: process) == 0
  }
}

struct SlurmFailure: Error, CustomStringConvertible {
  let description: String
}
