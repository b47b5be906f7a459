import Foundation
import Locks
import Testing

/// A password that jobs need reaches them by a file that only the user can read, and is seen nowhere else.
@Suite(
  .serialized, .enabled(if: SlurmCluster.isInstalled && PostgreSQLServer.isInstalled, SlurmCluster.absence),
  .timeLimit(.minutes(20)))
struct SlurmPasswordTests {
  /// The end of the password, as text and in hexadecimal digits.
  private static let marks = ["Qz7w6b1f", "517a377736623166"].map { Data($0.utf8) }

  private static func hasPassword(_ bytes: Data) -> Bool { marks.contains { bytes.range(of: $0) != nil } }
  private static func hasPassword(_ text: String) -> Bool { hasPassword(Data(text.utf8)) }

  @Test(arguments: [true, false])
  func `A password is nowhere but in a file of the user's own, which goes with the last job`(
    isInURI: Bool
  ) async throws {
    let password = PostgreSQLServer.plantedPassword
    let encoded = try #require(password.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
    let place = try SlurmPlace(on: SlurmCluster.shared, user: isInURI ? "planted:\(encoded)" : "planted")
    let watch = CommandLineWatch { Self.hasPassword($0) }
    defer { watch.stop() }
    var environment = try Self.recordCalls(in: place).merging(Pausing.afterReports(3)) { $1 }
    if !isInURI { environment["PGPASSWORD"] = password }

    let dry = try place.run(["submit"] + place.study + ["--dry_run"], environment: environment)
    #expect(dry.status == 0 && !Self.hasPassword(dry.output + dry.errors), "\(dry)")
    // A job that never starts cannot remove the file itself.
    let never = try place.submit("--jobs=1", "--cpus=99", "--memory=100M", environment: environment)
    #expect(try Self.passwordFiles(of: place).count == 1)
    let cancelled = try place.run(["jobs", SlurmPlace.name, "--cancel"], environment: environment)
    #expect(cancelled.status == 0, "\(cancelled)")
    #expect(try place.tasks(of: never).allSatisfy(\.isOver))
    #expect(try Self.passwordFiles(of: place) == [])

    let array = try place.submit("--jobs=2", environment: environment)
    let workers = try await place.stopped(2, of: array)
    let file = try #require(try Self.passwordFiles(of: place).first)
    #expect(Self.hasPassword(try Data(contentsOf: file)))
    #expect(try Self.mode(of: file) == 0o600)
    let slurm = place.program.folder.appendingPathComponent(".run-hyper/slurm")
    for folder in [file.deletingLastPathComponent(), slurm, slurm.deletingLastPathComponent()] {
      #expect(try Self.mode(of: folder) == 0o700, "\(folder.path)")
    }
    for worker in workers {
      let script = SlurmWorker.environment(of: worker.process)
      #expect(script["PGPASSFILE"].map { URL(fileURLWithPath: $0).resolvingSymlinksInPath() } == file)
      for words in [["show", "job", "-dd", worker.task], ["write", "batch_script", worker.task, "-"]] {
        let shown = try place.cluster.call(["scontrol"] + words)
        #expect(shown.status == 0 && !Self.hasPassword(shown.output), "\(words)")
      }
    }
    try Self.expectUnseen(in: place, but: file)

    // A requeued job needs the password again.
    #expect(try place.cluster.call("scontrol", "requeue", workers[0].task).status == 0)
    try await place.requeued(workers[0].task, of: array)
    try await place.finish(array)
    watch.stop()
    #expect(watch.found == [])
    #expect(try Self.passwordFiles(of: place) == [])
    try Self.expectUnseen(in: place)
    try place.expectSameEnd()
  }

  /// Puts programs before Slurm's that write down how they are called.
  private static func recordCalls(in place: SlurmPlace) throws -> [String: String] {
    for name in ["sbatch", "scancel", "scontrol", "squeue"] {
      let path = try place.cluster.call("sh", "-c", "command -v \(name)").output
      try place.program.write(
        """
        #!/bin/sh
        { printf '%s\\n' "$0" "$@"; cat /proc/$$/environ; } >>"${0%/*}/calls"
        exec \(path.trimmingCharacters(in: .whitespacesAndNewlines)) "$@"

        """, to: "bin/\(name)")
      let file = place.program.folder.appendingPathComponent("bin/\(name)").path
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
    }
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return ["PATH": place.program.folder.appendingPathComponent("bin").path + ":" + path]
  }

  private static func passwordFiles(of place: SlurmPlace) throws -> [URL] {
    let folder = place.program.folder.resolvingSymlinksInPath().appendingPathComponent(".run-hyper/slurm")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.map { folder.appendingPathComponent($0).appendingPathComponent("password") }
  }

  private static func mode(of file: URL) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
  }

  /// Whether the password is in no file of the place and of Slurm, in no table, and in no process.
  private static func expectUnseen(in place: SlurmPlace, but known: URL? = nil) throws {
    let slurm = URL(fileURLWithPath: place.cluster.configuration).deletingLastPathComponent()
    for folder in [place.program.folder.resolvingSymlinksInPath(), slurm] {
      let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
      let files = names.map(folder.appendingPathComponent).filter { $0 != known }
      // The script and the environment of jobs are among Slurm's files as long as they are in the queue.
      let expected = folder != slurm ? "calls" : known != nil ? "environment" : "slurm.conf"
      #expect(files.contains { $0.lastPathComponent == expected }, "\(names)")
      for file in files where isRegular(file) {
        // Slurm may have removed it by now.
        let bytes = FileManager.default.contents(atPath: file.path) ?? Data()
        #expect(!hasPassword(file.path) && !hasPassword(bytes), "\(file.path)")
      }
    }
    for table in try place.column(
      "SELECT table_name FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')")
    {
      #expect(try place.column("SELECT CAST(row AS text) FROM \(table) AS row").allSatisfy { !hasPassword($0) })
    }
    for number in try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap({ Int32($0) }) {
      for name in ["environ", "cmdline"] {
        let bytes = FileManager.default.contents(atPath: "/proc/\(number)/\(name)") ?? Data()
        #expect(!hasPassword(bytes), "\(name) of \(String(decoding: bytes, as: UTF8.self))")
      }
    }
  }

  private static func isRegular(_ file: URL) -> Bool {
    (try? FileManager.default.attributesOfItem(atPath: file.path)[.type] as? FileAttributeType) == .typeRegular
  }
}

/// Looks at the command lines of all processes again and again, but for those that a test gives a password itself.
final class CommandLineWatch: Sendable {
  private struct State {
    var isOver = false
    var found: Set<String> = []
  }

  private let state = Locked(State())

  init(_ isMeant: @escaping @Sendable (Data) -> Bool) {
    Thread.detachNewThread { [self] in
      while !state.withLock({ $0.isOver }) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
          let bytes = FileManager.default.contents(atPath: "/proc/\(name)/cmdline") ?? Data()
          guard isMeant(bytes) else { continue }
          let words = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
          let isOwn = words.count > 1 && words[0].hasSuffix("/run-hyper") && ["submit", "jobs"].contains(words[1])
          if !isOwn { state.withLock { _ = $0.found.insert(words.joined(separator: " ")) } }
        }
        Thread.sleep(forTimeInterval: 0.005)
      }
    }
  }

  var found: [String] { state.withLock { $0.found.sorted() } }

  func stop() { state.withLock { $0.isOver = true } }
}
