import Foundation

/// A program of the system, run to completion.
struct Tool {
  let name: String
  let arguments: [String]

  init(_ name: String, _ arguments: [String]) {
    self.name = name
    self.arguments = arguments
  }

  /// Whether `name` is on the search path.
  static func isInstalled(_ name: String) -> Bool {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
    }
  }

  /// The name under which Python is on the search path, or `nil`.
  static var python: String? { ["python3", "python"].first(where: isInstalled) }

  /// Runs the program and sends its standard output to `output`.
  ///
  /// - Parameter output: A file that receives standard output, or `nil` to discard it.
  /// - Throws: `CommandError.failed` with the last line of standard error, unless the exit status is 0.
  func run(output: URL? = nil) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [name] + arguments
    process.standardInput = FileHandle.nullDevice
    let complaints = Pipe()
    process.standardError = complaints
    if let output {
      try Data().write(to: output)
      process.standardOutput = try FileHandle(forWritingTo: output)
    } else {
      process.standardOutput = FileHandle.nullDevice
    }
    try process.run()
    let text = String(decoding: complaints.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let lines = text.split(separator: "\n").filter { !$0.allSatisfy(\.isWhitespace) }
      throw CommandError.failed("\(name): \(lines.last ?? "ended with status \(process.terminationStatus)")")
    }
  }
}

extension Tool {
  /// A file from a zip archive, unpacked with unzip or Python.
  ///
  /// - Parameter workshop: A folder for files on the way.
  static func member(_ path: String, of archive: URL, in workshop: URL) throws -> Data {
    let output = workshop.appendingPathComponent("member")
    if isInstalled("unzip") {
      try Tool("unzip", ["-p", archive.path, path]).run(output: output)
    } else if let python {
      let script = "import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))"
      try Tool(python, ["-c", script, archive.path, path]).run(output: output)
    } else {
      throw CommandError.failed("neither unzip nor python3 is installed")
    }
    return try Data(contentsOf: output)
  }
}
