import Foundation
import Testing

/// Disks and file systems that fail calls of the system, also where no root is.
extension StorageFaultTests {
  // MARK: - Disks that fail

  private static let disk = Result { try FaultyDisk() }

  private struct DiskFault: CustomTestStringConvertible {
    let call: FaultyDisk.Call
    let file: String
    let count: Int
    let error: Int32
    let message: String

    var testDescription: String { "\(call) of \(file), error \(error)" }
  }

  @Test(
    .enabled(if: PreloadedLibrary.isAvailable),
    arguments: [
      DiskFault(
        call: .write, file: "studies.sqlite-wal", count: 100, error: EIO, message: "disk I/O error when writing"),
      DiskFault(
        call: .write, file: "studies.sqlite-wal", count: 100, error: EDQUOT, message: "disk I/O error when writing"),
      DiskFault(call: .sync, file: "studies.sqlite-wal", count: 5, error: EIO, message: "disk I/O error when syncing"),
      DiskFault(call: .read, file: "studies.sqlite", count: 40, error: EIO, message: "a damaged database"),
      DiskFault(call: .write, file: ".safetensors", count: 0, error: EIO, message: "input/output error (write)"),
      DiskFault(call: .write, file: ".safetensors", count: 0, error: EDQUOT, message: "disk quota exceeded (write)"),
      DiskFault(call: .sync, file: ".safetensors", count: 0, error: EIO, message: "input/output error (sync)"),
    ])
  private func `A disk that fails ends the run with what it could not do, and the study goes on when it can`(
    fault: DiskFault
  ) throws {
    let program = try Self.program()
    let ending = try Self.run(
      program,
      environment: try Self.disk.get().environment(
        failing: fault.call, of: fault.file, after: fault.count, with: fault.error))
    #expect(ending.status == 1, "\(ending.errors)")
    #expect(ending.errors.contains("error: \(Self.storage)"), "\(ending.errors)")
    #expect(ending.errors.contains("found \(fault.message)"), "\(ending.errors)")
    #expect(try program.run(["verify"]).status == 0)
    try Self.expectEnd(program)
  }

  @Test(.enabled(if: PreloadedLibrary.isAvailable), arguments: [FaultyDisk.Call.write, .sync])
  private func `A disk that takes no checkpoints costs them and nothing else`(call: FaultyDisk.Call) throws {
    let program = try Self.program()
    let ending = try Self.run(
      program, environment: try Self.disk.get().environment(failing: call, of: ".checkpoint.partial", with: EIO))
    #expect(ending.status == 0, "\(ending.errors)")
    #expect(ending.errors.contains("continues without a new checkpoint: "), "\(ending.errors)")
    let left = try FileManager.default.contentsOfDirectory(
      atPath: program.folder.appendingPathComponent(Self.storage + ".checkpoints").path)
    #expect(left.isEmpty)
    try Self.expectEnd(program, noting: "so far    4 of 4 trials finished")
  }

  @Test(arguments: [40, 300])
  func `A limit on the size of files ends the run with a remedy`(kilobytes: Int) throws {
    let program = try Self.program()
    // In blocks of 512 bytes.
    let ending = try program.run(
      Self.study, environment: Self.environment, prelude: "ulimit -f \(2 * kilobytes)")
    #expect(ending.status == 1 || ending.status == 2, "\(ending.status) \(ending.errors)")
    #expect(ending.errors.contains("free space within quotas and limits"), "\(ending.errors)")
    try Self.expectEnd(program)
  }

  // MARK: - File systems without shared memory

  @Test(.enabled(if: PreloadedLibrary.isAvailable))
  func `Where memory cannot be shared a study is kept without a log, says so, and is the same`() throws {
    let program = try Self.program()
    // With the log of a process that died elsewhere.
    #expect(try Self.run(program, environment: ["RUN_HYPER_FAULT": "end-committed"]).status == -SIGKILL)
    try Self.expectNoLog(
      program, noting: "a file system without shared memory",
      environment: try Self.disk.get().environment(failing: .map, of: "/studies/", with: ENODEV))
    // And back.
    try Self.expectEnd(program, noting: "so far    4 of 4 trials finished")
    #expect(try SQLite.run("PRAGMA journal_mode", in: program) == "wal\n")
  }

  @Test(.enabled(if: PreloadedLibrary.isAvailable))
  func `A link to a database elsewhere counts as the place that it leads to`() throws {
    let program = try Self.program()
    #expect(try Self.run(program, environment: ["RUN_HYPER_FAULT": "end-committed"]).status == -SIGKILL)
    let place = program.folder.appendingPathComponent("elsewhere").path
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    let file = program.folder.appendingPathComponent(Self.storage).path
    for suffix in ["", "-wal", "-shm"] {
      try FileManager.default.moveItem(atPath: file + suffix, toPath: "\(place)/studies.sqlite\(suffix)")
    }
    try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: "../elsewhere/studies.sqlite")
    try Self.expectNoLog(
      program, noting: "a file system without shared memory",
      environment: try Self.disk.get().environment(failing: .map, of: "/elsewhere/", with: ENODEV))
    try Self.expectEnd(program, noting: "so far    4 of 4 trials finished")
  }

  @Test(
    .enabled(if: system("bindfs", "--version"), "bindfs mounts a folder elsewhere by a file system in user space"),
    .timeLimit(.minutes(5)))
  func `On a file system in user space, whose files cannot be mapped to be shared, it is the same`() throws {
    let program = try Self.program()
    #expect(try Self.run(program, environment: ["RUN_HYPER_FAULT": "end-committed"]).status == -SIGKILL)
    let place = program.folder.appendingPathComponent("studies").path
    let real = program.folder.appendingPathComponent("real").path
    try FileManager.default.moveItem(atPath: place, toPath: real)
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    let server = Process()
    server.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    server.arguments = ["bindfs", "-f", "-o", "direct_io", real, place]
    try server.run()
    do {
      defer {
        _ = Self.system("umount", "--lazy", place)
        server.waitUntilExit()
      }
      try Program.wait(until: "the file system is mounted", while: server) { program.exists(Self.storage) }
      try Self.expectNoLog(program, noting: "fuse, which several hosts may share", environment: [:])
    }
    try FileManager.default.removeItem(atPath: place)
    try FileManager.default.moveItem(atPath: real, toPath: place)
    try Self.expectEnd(program, noting: "so far    4 of 4 trials finished")
  }

  /// A study with an interrupted trial and a log is read, goes on, is killed and shared where no log can be.
  private static func expectNoLog(_ program: Program, noting reason: String, environment: [String: String]) throws {
    let board = try program.run(["leaderboard"], environment: environment)
    #expect(board.status == 0 && board.output.contains("1 completed"), "\(board.output)\(board.errors)")
    #expect(try program.run(["verify"], environment: environment).status == 0)
    let died = try run(program, environment: environment.merging(["RUN_HYPER_FAULT": "end-uncommitted"]) { $1 })
    #expect(died.status == -SIGKILL)
    #expect(
      died.errors.hasPrefix(
        "note: \(storage) is on \(reason); using a rollback journal, which makes writes slower\n"),
      "\(died.errors)")
    let processes = try (1...2).map { _ in
      try program.start(study, environment: Self.environment.merging(environment) { $1 })
    }
    for process in processes {
      process.waitUntilExit()
      #expect(Program.status(of: process) == 0)
    }
    #expect(try SQLite.run("PRAGMA journal_mode", in: program) == "delete\n")
    #expect(try program.run(["verify"], environment: environment).status == 0)
  }

  /// Before, in and after the making of the study, and all along its trials; a run makes some 350 writes and 50 syncs.
  private static let deaths =
    (0..<7).map { (call: FaultyDisk.Call.write, count: 23 + 47 * $0) } + (0..<7).map { (.sync, 3 + 6 * $0) }

  @Test(.enabled(if: PreloadedLibrary.isAvailable), arguments: [true, false], deaths)
  private func `Killed at any call that writes, with a log or without, a study goes on with the same bytes`(
    hasLog: Bool, death: (call: FaultyDisk.Call, count: Int)
  ) throws {
    let program = try Self.program()
    let disk = try Self.disk.get()
    let foreign = hasLog ? [:] : disk.environment(failing: .map, of: "/studies/", with: ENODEV)
    let deadly = disk.environment(failing: death.call, of: "/studies/", after: death.count, with: nil)
    #expect(try Self.run(program, environment: foreign.merging(deadly) { $1 }).status == -SIGKILL)
    let board = try program.run(["leaderboard"], environment: foreign)
    let isMade = !board.errors.contains("start one first") && !board.errors.contains("found no study")
    #expect(board.status == 0 || !isMade, "\(board.errors)")
    #expect(try Self.run(program, environment: foreign).status == 0)
    try Self.expectEnd(program, noting: "so far    4 of 4 trials finished")
  }
}
