import Foundation
import Testing

/// What a disk, a file system and other programs can do to a study: a clear message, nothing lost, and the study goes on afterwards.
@Suite(.serialized) struct StorageFaultTests {
  private static let parameters = "learning_rate choice [0.01,0.001]\nn_layers choice [1,2]\n"
  static let study = ["--params_file=hyper.test", "--epochs=2", "--workers=1"]
  static let environment = ["RUN_HYPER_CHECKPOINT_SECONDS": "0", "RUN_HYPER_BUSY_SECONDS": "1"]
  static let storage = "studies/studies.sqlite"

  static func program() throws -> Program {
    let program = try Program()
    try program.write(parameters, to: "hyper.test")
    return program
  }

  static func run(_ program: Program, _ arguments: [String] = [], environment: [String: String] = [:]) throws
    -> Program.Ending
  {
    let ending = try program.run(study + arguments, environment: Self.environment.merging(environment) { $1 })
    #expect(!ending.errors.contains("database is locked"), "\(ending.errors)")
    return ending
  }

  static func board(_ program: Program) throws -> String {
    try program.run(["leaderboard", "--top=0", "--format=json"]).output
  }

  private static func wholeBoard(_ arguments: [String] = []) throws -> String {
    let program = try program()
    #expect(try run(program, arguments).status == 0)
    return try board(program)
  }

  private static let whole = Result { try wholeBoard() }

  /// The study goes on, ends with the bytes of an undisturbed one, and is sound.
  static func expectEnd(_ program: Program, _ arguments: [String] = [], noting piece: String? = nil) throws {
    let ending = try run(program, arguments)
    #expect(ending.status == 0, "\(ending.errors)")
    if let piece { #expect(ending.errors.contains(piece), "\(ending.errors)") }
    #expect(try board(program) == (arguments.isEmpty ? whole.get() : wholeBoard(arguments)))
    let verified = try program.run(["verify"])
    #expect(verified.status == 0, "\(verified.output)")
  }

  // MARK: - File systems

  /// A file system in memory at `studies`, as long as the body runs.
  private static func mounting(_ program: Program, size: String, _ body: (String) throws -> Void) throws {
    let place = program.folder.appendingPathComponent("studies").path
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    try #require(system("mount", "-t", "tmpfs", "-o", "size=\(size)", "tmpfs", place))
    defer { _ = system("umount", place) }
    try body(place)
  }

  static func system(_ words: String...) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  private static let mayMount: Bool = {
    let place = NSTemporaryDirectory() + "run-hyper-mount-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: place) }
    guard geteuid() == 0, system("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place) else { return false }
    return system("umount", place)
  }()

  private static let narrow = ["--hidden_size=8", "--inner_size=8", "--n_heads=2"]

  /// Before the study is made, in the middle of it, and at the weights of the first trial.
  @Test(
    .enabled(if: mayMount, "mounting a small file system takes root"),
    arguments: [("150k", narrow, 2, storage), ("260k", narrow, 1, storage), ("300k", [], 1, "\(storage).weights")])
  func `A full disk costs checkpoints, then ends the run with a remedy, and the study goes on when there is space`(
    size: String, arguments: [String], status: Int32, place: String
  ) throws {
    let program = try Self.program()
    try Self.mounting(program, size: size) { folder in
      let ending = try Self.run(program, arguments)
      #expect(ending.status == status, "\(ending.errors)")
      #expect(ending.errors.contains("error: \(place)"), "\(ending.errors)")
      #expect(ending.errors.contains("found no space left on"), "\(ending.errors)")
      #expect(
        ending.errors.contains("expected free space there; then run the same command to resume"), "\(ending.errors)")
      if status == 1 {
        #expect(ending.errors.contains("continues without a new checkpoint: "), "\(ending.errors)")
        #expect(try program.run(["show", "bert4rec-grocery-hyper", "1"]).status == 0)
      }
      try #require(Self.system("mount", "-o", "remount,size=64m", folder))
      try Self.expectEnd(program, arguments)
    }
  }

  @Test(.enabled(if: mayMount, "mounting a file system takes root"))
  func `On a file system that cannot be written a study is read and not run`() throws {
    let program = try Self.program()
    try Self.mounting(program, size: "64m") { place in
      #expect(try Self.run(program, environment: ["RUN_HYPER_FAULT": "end-committed:2"]).status == -SIGKILL)
      try #require(Self.system("mount", "-o", "remount,ro", place))
      let ending = try Self.run(program)
      #expect(ending.status == 2)
      #expect(
        ending.errors
          == "error: \(Self.storage): found no permission to write; expected a writable place, or another --storage\n"
      )
      let board = try program.run(["leaderboard"])
      #expect(board.status == 0 && board.output.contains("2 completed"), "\(board.output)\(board.errors)")
      try #require(Self.system("mount", "-o", "remount,rw", place))
      try Self.expectEnd(program, noting: "so far    2 of 4 trials finished")
      // A copy on such a medium has neither a log nor its index.
      for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: place + "/studies.sqlite" + suffix) }
      try #require(Self.system("mount", "-o", "remount,ro", place))
      #expect(try Self.board(program) == Self.whole.get())
      #expect(try program.run(["verify"]).status == 0)
    }
  }

  // MARK: - Files

  /// What makes permissions count for root, too.
  private static let asAnybody =
    geteuid() == 0 ? #"exec setpriv --bounding-set=-dac_override,-dac_read_search -- "$0" "$@""# : ":"

  @Test(arguments: [(storage, 0o444, 0o644), ("studies", 0o555, 0o755)])
  func `A file or a folder without permission to write is refused, and read`(place: String, mode: Int, usual: Int)
    throws
  {
    let program = try Self.program()
    #expect(try Self.run(program, environment: ["RUN_HYPER_FAULT": "end-committed:2"]).status == -SIGKILL)
    let path = program.folder.appendingPathComponent(place).path
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    defer { try? FileManager.default.setAttributes([.posixPermissions: usual], ofItemAtPath: path) }
    let ending = try program.run(Self.study, environment: Self.environment, prelude: Self.asAnybody)
    #expect(ending.status == 2)
    #expect(
      ending.errors
        == "error: \(place): found no permission to write; expected a writable place, or another --storage\n"
    )
    let board = try program.run(["leaderboard"], prelude: Self.asAnybody)
    #expect(board.status == 0 && board.output.contains("2 completed"), "\(board.output)\(board.errors)")
    #expect(try program.run(["verify"], prelude: Self.asAnybody).status == 0)
    try FileManager.default.setAttributes([.posixPermissions: usual], ofItemAtPath: path)
    try Self.expectEnd(program, noting: "so far    2 of 4 trials finished")
  }

  @Test(arguments: ["half", "header", "page"])
  func `A truncated or damaged database is refused with a remedy, and its rows are left as they are`(damage: String)
    throws
  {
    let program = try Self.program()
    #expect(try Self.run(program).status == 0)
    let file = program.folder.appendingPathComponent(Self.storage)
    let root = try SQLite.run("SELECT rootpage FROM sqlite_master WHERE name = 'trial'", on: file)
    let page = try #require(Int(root.trimmingCharacters(in: .whitespacesAndNewlines)))
    let start = (page - 1) * 4096
    let bytes = try Data(contentsOf: file)
    var damaged = bytes
    switch damage {
    case "half": damaged = bytes.prefix(bytes.count / 2)
    case "header": damaged = bytes.prefix(60)
    default: damaged.replaceSubrange(start..<start + 100, with: Data(repeating: 0xFF, count: 100))
    }
    try damaged.write(to: file)
    let ending = try Self.run(program)
    #expect(ending.status == 2, "\(ending.errors)")
    #expect(
      ending.errors.contains("a damaged database") && ending.errors.contains("restore a copy")
        || ending.errors.contains("a file that is not an SQLite database"), "\(ending.errors)")
    let verified = try program.run(["verify"])
    #expect(verified.status == 1 && verified.output.contains("WRONG"), "\(verified.output)")
    var after = try Data(contentsOf: file)
    if damage == "page" {
      // Opening for writing counts in the first page; with this one mended all rows are there.
      after.replaceSubrange(start..<start + 100, with: bytes[start..<start + 100])
      try after.write(to: file)
    } else {
      #expect(after == damaged)
      try bytes.write(to: file)
    }
    try Self.expectEnd(program, noting: "so far    4 of 4 trials finished")
  }

  @Test func `Checkpoints that are gone cost progress and nothing else`() throws {
    let program = try Self.program()
    #expect(try Self.run(program, environment: ["RUN_HYPER_FAULT": "observation-committed:3"]).status == -SIGKILL)
    let folder = program.folder.appendingPathComponent(Self.storage + ".checkpoints")
    #expect(try !FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    try FileManager.default.removeItem(at: folder)
    #expect(try program.run(["verify"]).output.contains("WRONG  checkpoints"))
    try Self.expectEnd(program, noting: "it restarts from the beginning")
  }

  @Test func `A checkpoint that is whole but not of this trial costs progress and nothing else`() throws {
    let (program, other) = (try Self.program(), try Self.program())
    let fault = ["RUN_HYPER_FAULT": "observation-committed:1"]
    #expect(try Self.run(program, environment: fault).status == -SIGKILL)
    #expect(try Self.run(other, ["--hidden_size=16"], environment: fault).status == -SIGKILL)
    let states = try [program, other].map {
      try SQLite.run("SELECT file, bytes, sha256 FROM checkpoint", in: $0).dropLast().split(separator: "|")
    }
    let files = zip([program, other], states).map {
      $0.folder.appendingPathComponent("\(Self.storage).checkpoints/\($1[0])")
    }
    try Data(contentsOf: files[1]).write(to: files[0])
    try SQLite.run("UPDATE checkpoint SET bytes = \(states[1][1]), sha256 = '\(states[1][2])'", in: program)
    try Self.expectEnd(program, noting: "it restarts from the beginning")
    let starts = "SELECT from_epoch, from_checkpoint IS NULL, note <> '' FROM attempt WHERE attempt = 2"
    #expect(try SQLite.run(starts, in: program) == "0|1|1\n")
    #expect(!FileManager.default.fileExists(atPath: files[0].path))
  }

  @Test func `A database that was copied without its log goes on from what it has`() throws {
    let program = try Self.program()
    #expect(try Self.run(program, environment: ["RUN_HYPER_FAULT": "end-committed:2"]).status == -SIGKILL)
    #expect(program.exists(Self.storage + "-wal"))
    let copy = try Self.program()
    try FileManager.default.createDirectory(
      at: copy.folder.appendingPathComponent("studies"), withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      at: program.folder.appendingPathComponent(Self.storage), to: copy.folder.appendingPathComponent(Self.storage))
    try Self.expectEnd(copy)
    try Self.expectEnd(program, noting: "so far    2 of 4 trials finished")
  }

  // MARK: - Other programs

  /// Another program that holds the database for itself until it is let go.
  private final class Holder {
    private let process = Process()
    private let input = Pipe()

    init(_ program: Program) throws {
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = ["sqlite3", program.folder.appendingPathComponent(StorageFaultTests.storage).path]
      let output = Pipe()
      process.standardInput = input
      process.standardOutput = output
      try process.run()
      try input.fileHandleForWriting.write(
        contentsOf: Data(".timeout 20000\nBEGIN EXCLUSIVE;\nSELECT 'held';\n".utf8))
      // "20000" is what setting the time prints.
      var text = ""
      while !text.contains("held") {
        let data = output.fileHandleForReading.availableData
        if data.isEmpty { break }
        text += String(decoding: data, as: UTF8.self)
      }
    }

    func letGo() throws {
      try input.fileHandleForWriting.close()
      process.waitUntilExit()
    }
  }

  @Test func `A database that another program holds is waited for, then left with a remedy`() throws {
    let program = try Self.program()
    #expect(try Self.run(program, environment: ["RUN_HYPER_FAULT": "end-committed"]).status == -SIGKILL)
    let message =
      "\(Self.storage): found the file locked by another program; expected that program to be closed; then run the same command again"
    let holder = try Holder(program)
    let ending = try Self.run(program)
    #expect(ending.status == 2)
    #expect(ending.errors == "error: \(message)\n", "\(ending.errors)")
    // Reading goes on.
    #expect(try program.run(["leaderboard"], environment: Self.environment).status == 0)
    try holder.letGo()

    // Stopped where it does not write, it cannot come to its end before the other program has the database.
    let errors = try program.errorFile()
    let process = try program.start(
      Self.study, environment: Self.environment.merging(Pausing.afterReports(1)) { $1 },
      errors: try FileHandle(forWritingTo: errors))
    let number = try Pausing.wait(for: process, in: program)
    let second = try Holder(program)
    Pausing.resume(number)
    process.waitUntilExit()
    try second.letGo()
    #expect(Program.status(of: process) == 1)
    let text = try String(contentsOf: errors, encoding: .utf8)
    #expect(
      text.contains("error: \(message)\nEverything written so far is kept; run the same command to resume\n"),
      "\(text)")
    #expect(!text.contains("database is locked"))
    try Self.expectEnd(program)
  }

  @Test func `A time to wait that is none is refused`() throws {
    let program = try Self.program()
    let ending = try Self.run(program, environment: ["RUN_HYPER_BUSY_SECONDS": "long"])
    #expect(ending.status == 2)
    #expect(ending.errors == "error: RUN_HYPER_BUSY_SECONDS: found 'long'; expected a number from 0 to 86400\n")
  }
}
