import Foundation
import Testing

/// Commands that the program prints can be typed as they stand, however it was called.
@Suite struct HintTests {
  private static let study = ["--params_file=s.test", "--dataset=own", "--epochs=0", "--hidden_size=8", "--workers=1"]

  /// A folder with the script as it is in the repository, and the program already built there.
  private static func tree(_ name: String) throws -> Program {
    let program = try Program()
    let rows = (1...3).flatMap { user in (1...5).map { "u\(user)\ti\($0)\t\(100 * user + $0)\n" } }
    try program.write("user_id:token\titem_id:token\ttimestamp:float\n" + rows.joined(), to: "datasets/own/own.inter")
    try program.write("n_layers choice [1,2]\n", to: "s.test")
    for file in ["scripts/run-hyper", "scripts/lib/setup.bash"] {
      let text = try String(contentsOf: Program.home.appendingPathComponent(file), encoding: .utf8)
      try program.write(text, to: "\(name)/\(file)")
    }
    try program.write("", to: "\(name)/Package.swift")
    try program.write("", to: "\(name)/Sources/a")
    try program.write("", to: "\(name)/.build/release/a")
    let root = program.folder.appendingPathComponent(name)
    try FileManager.default.createSymbolicLink(
      atPath: root.appendingPathComponent(".build/release/run-hyper").path, withDestinationPath: try Program.path)
    let stamp = try shell(
      "chmod +x scripts/run-hyper && root=$PWD && . scripts/lib/setup.bash && target_cpu >.build/run-hyper.built",
      in: root)
    #expect(stamp.status == 0, "\(stamp.text)")
    return program
  }

  /// Runs a line of a shell and gives back all that it prints.
  private static func shell(_ line: String, path: String? = nil, in folder: URL) throws -> (status: Int32, text: String)
  {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["bash", "-c", line]
    process.currentDirectoryURL = folder
    var environment = ProcessInfo.processInfo.environment
    environment["RUN_HYPER_COMMAND"] = nil
    if let path { environment["PATH"] = "\(path):\(environment["PATH"] ?? "/usr/bin:/bin")" }
    process.environment = environment
    return try Program.output(of: process)
  }

  @Test(arguments: [("tree", "tree/scripts/run-hyper"), ("my tree", "'my tree/scripts/run-hyper'")])
  func `Started by the script, the program prints the script's name, and what it prints runs`(
    folder: String, name: String
  ) throws {
    let program = try Self.tree(folder)
    let run = try Self.shell("\(name) \(Self.study.joined(separator: " "))", in: program.folder)
    #expect(run.status == 0, "\(run.text)")
    let hints = run.text.matches(of: #/(?:All trials: |One trial:  |Charts:     |Recommend:  )(.*)/#)
      .map { String($0.output.1) }
    #expect(hints.count == 4 && hints.allSatisfy { $0.hasPrefix("\(name) ") }, "\(run.text)")
    for hint in hints {
      let ending = try Self.shell(hint, in: program.folder)
      #expect(ending.status == 0, "\(hint): \(ending.text)")
    }
    #expect(program.exists("charts.html"))
    let help = try Self.shell("\(name) leaderboard --help", in: program.folder)
    #expect(help.text.contains("\n  \(name) leaderboard bert4rec-grocery-hyper "), "\(help.text)")
    #expect(help.text.contains("USAGE: \(name) leaderboard "), "\(help.text)")
    let wrong = try Self.shell("\(name) leaderboard --top=x", in: program.folder)
    #expect(wrong.text.hasSuffix("\nFor help: \(name) leaderboard --help\n"), "\(wrong.text)")
    let missing = try Self.shell("\(name) train --dataset=ml-100k --data_path=.", in: program.folder)
    #expect(missing.text.contains("'\(name) dataset fetch ml-100k'"), "\(missing.text)")
  }

  @Test func `A script that is found on the path is printed by its name`() throws {
    let program = try Self.tree("tree")
    try FileManager.default.createDirectory(
      at: program.folder.appendingPathComponent("bin"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: program.folder.appendingPathComponent("bin/rh").path, withDestinationPath: "../tree/scripts/run-hyper")
    let run = try Self.shell(
      "rh \(Self.study.joined(separator: " "))", path: program.folder.appendingPathComponent("bin").path,
      in: program.folder)
    #expect(run.status == 0 && run.text.contains("All trials: rh leaderboard bert4rec-own-s "), "\(run.text)")
  }

  @Test func `An interrupted study says how to continue it as the program was called`() throws {
    let program = try Self.tree("tree")
    try program.write("", to: "errors")
    let errors = program.folder.appendingPathComponent("errors")
    let process = try program.start(
      Self.study.filter { !$0.hasPrefix("--epochs") } + ["--epochs=100000000", "--stopping_step=100000000"],
      environment: ["RUN_HYPER_COMMAND": "scripts/run-hyper"], errors: try FileHandle(forWritingTo: errors))
    func text() throws -> String { try String(contentsOf: errors, encoding: .utf8) }
    while try process.isRunning && !text().contains(" started: ") { Thread.sleep(forTimeInterval: 0.02) }
    process.interrupt()
    process.waitUntilExit()
    #expect(Program.status(of: process) == 130)
    let hint = try text()
    #expect(hint.contains("\n  scripts/run-hyper resume bert4rec-own-s\n"), "\(hint)")
  }
}
