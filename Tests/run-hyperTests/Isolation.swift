import Foundation
import Testing

/// Process namespaces: nobody outside can tell whether a process lives there, as on another host.
enum Isolation {
  private static let command = ["unshare", "--pid", "--fork", "--mount-proc"]

  /// Whether processes can be given namespaces of their own here, which takes root.
  static let isAvailable: Bool = {
    let probe = Process()
    probe.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    probe.arguments = command + ["true"]
    probe.standardError = FileHandle.nullDevice
    guard (try? probe.run()) != nil else { return false }
    probe.waitUntilExit()
    return probe.terminationStatus == 0
  }()

  /// Starts the program in a namespace of its own.
  static func start(
    _ program: Program, _ arguments: [String], environment: [String: String]
  ) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // The first process of a namespace ignores the signals that it sends itself, so a shell is the first.
    process.arguments = command + ["sh", "-c", #""$0" "$@"; exit $?"#, try Program.path] + arguments
    process.currentDirectoryURL = program.folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
      .merging(["RUN_HYPER_HOME": Program.home.path]) { $1 }
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// The program in the namespace of a process that was started here, once there is one.
  static func program(in process: Process) -> Int32? {
    child(of: process.processIdentifier).flatMap(child)
  }

  private static func child(of number: Int32) -> Int32? {
    let text = try? String(contentsOfFile: "/proc/\(number)/task/\(number)/children", encoding: .utf8)
    return text?.split(separator: " ").first.flatMap { Int32($0) }
  }
}
