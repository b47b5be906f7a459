import Foundation
import Testing

/// The real program as a child process, in a folder of its own.
final class Program: Sendable {
  /// Where it runs; removed at the end.
  let folder: URL

  /// The repository, whose bundled dataset it finds.
  static let home = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// How a run ended.
  struct Ending: Sendable {
    let status: Int32
    let output: String
    let errors: String
  }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("run-hyper-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Writes a file below the folder.
  func write(_ text: String, to path: String) throws {
    let file = folder.appendingPathComponent(path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.appendingPathComponent(path).path)
  }

  /// Starts the program and does not wait for it.
  ///
  /// - Parameter prelude: What a shell does before the program takes its place, such as `umask 077`.
  func start(
    _ arguments: [String], environment: [String: String] = [:], prelude: String? = nil,
    output: FileHandle = .nullDevice, errors: FileHandle = .nullDevice
  ) throws -> Process {
    let process = Process()
    process.executableURL = try Self.executable
    process.arguments = arguments
    if let prelude {
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments =
        ["-c", "\(prelude); exec \"$0\" \"$@\"", try Self.executable.path] + arguments
    }
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["RUN_HYPER_HOME": Self.home.path].merging(environment) { $1 }
    ) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    return process
  }

  /// Runs the program to its end.
  func run(_ arguments: [String], environment: [String: String] = [:], prelude: String? = nil) throws -> Ending {
    let files = ["output", "errors"].map { folder.appendingPathComponent(".\($0)-\(UUID().uuidString)") }
    for file in files { try Data().write(to: file) }
    defer { for file in files { try? FileManager.default.removeItem(at: file) } }
    let process = try start(
      arguments, environment: environment, prelude: prelude, output: try FileHandle(forWritingTo: files[0]),
      errors: try FileHandle(forWritingTo: files[1]))
    process.waitUntilExit()
    return Ending(
      status: Self.status(of: process), output: try String(contentsOf: files[0], encoding: .utf8),
      errors: try String(contentsOf: files[1], encoding: .utf8))
  }

  /// Runs another program to its end; gives back all that it prints.
  static func output(of process: Process) throws -> (status: Int32, text: String) {
    process.standardInput = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (status(of: process), text)
  }

  /// The exit status, negative for the signal that ended it.
  static func status(of process: Process) -> Int32 {
    process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
  }

  /// Waits until something holds that a process works on; only one that ends too early, or hangs, fails the test.
  static func wait(until what: String, while process: Process, _ isReached: () throws -> Bool) throws {
    let end = ContinuousClock.now + .seconds(3600)
    while try !isReached() {
      guard process.isRunning, ContinuousClock.now < end else {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        throw Unreached(description: "the process ended, or hung, before: \(what)")
      }
      Thread.sleep(forTimeInterval: 0.01)
    }
  }

  /// Waits until a process has written a text to a file.
  static func wait(for text: String, in file: URL, while process: Process) throws {
    try wait(until: text, while: process) { try String(contentsOf: file, encoding: .utf8).contains(text) }
  }

  private struct Unreached: Error, CustomStringConvertible {
    let description: String
  }

  /// An empty file in the folder, for what a process writes to standard error.
  func errorFile() throws -> URL {
    let file = folder.appendingPathComponent("errors-\(UUID().uuidString)")
    try Data().write(to: file)
    return file
  }

  /// Where the program is.
  static var path: String { get throws { try executable.path } }

  /// The program that was built together with these tests.
  private static var executable: URL {
    get throws {
      let candidates = ["/proc/self/exe", CommandLine.arguments[0]].map {
        URL(fileURLWithPath: $0).resolvingSymlinksInPath().deletingLastPathComponent().appendingPathComponent(
          "run-hyper")
      }
      return try #require(candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) })
    }
  }
}
