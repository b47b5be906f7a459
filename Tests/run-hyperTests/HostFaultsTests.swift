import Foundation
import Testing

/// A study on hosts of their own: the short form of `scripts/host-faults`, with faults that take seconds.
@Suite struct HostFaultsTests {
  private static let script = Program.home.appendingPathComponent("scripts/host_faults.py").path

  private static let areAvailable = (try? run(["--check"], output: .nullDevice)) == 0

  @Test(
    .enabled(if: areAvailable, "hosts of their own take root, python3, iproute2, util-linux and postgresql"),
    .timeLimit(.minutes(10)))
  func `Cut links, ended connections and a restarted server change no byte`() throws {
    let program = try Program()
    let file = try program.errorFile()
    let words = ["--faults=3", "--seed=3", "--only=cut-5,ended,restart", "--kinds=random"]
    let status = try Self.run(
      words + ["--keep=\(program.folder.path)/kept", "--", Program.path], output: try FileHandle(forWritingTo: file))
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(status == 0 && text.contains("3 faults, ") && text.contains(": 0 different, "), "\(text)")
  }

  /// Runs the script and returns its exit status.
  private static func run(_ arguments: [String], output: FileHandle) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", script] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(["RUN_HYPER_HOME": Program.home.path]) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = output
    try process.run()
    process.waitUntilExit()
    return Program.status(of: process)
  }
}
