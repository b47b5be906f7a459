import Foundation
import Testing

/// Jobs on a real Slurm that work on a study: whatever becomes of them, its end is that of one process.
@Suite(
  .serialized, .enabled(if: SlurmCluster.isInstalled && PostgreSQLServer.isInstalled, SlurmCluster.absence),
  .timeLimit(.minutes(20)))
struct SlurmTests {
  /// Every process stands still after its second report, within its first trial, of which it may have the second half.
  private static let pause = Pausing.afterReports(2)

  @Test func `Three jobs take a study to its end, and all have a part in it`() async throws {
    let place = try SlurmPlace(on: SlurmCluster.shared)
    let array = try place.submit("--jobs=3", environment: Pausing.afterReports(1))
    let workers = try await place.stopped(3, of: array)
    let listed = try place.run(["jobs", SlurmPlace.name])
    for worker in workers {
      let line = try #require(listed.output.split(separator: "\n").first { $0.hasPrefix(worker.task) }, "\(listed)")
      #expect(line.contains(" \(worker.node) ") && line.contains(" running "), "\(line)")
      #expect(line.hasSuffix("/\(SlurmPlace.name).slurm/\(worker.task).txt"), "\(line)")
    }
    #expect(Set(workers.map(\.node)).count == 3)
    // Three jobs for four trials: there is room for one more.
    let more = try place.run(["submit", SlurmPlace.name, "--jobs=5"])
    let second = try place.submitted(more)
    #expect(more.output.contains(": 1 task of"), "\(more)")

    try await place.finish(array)
    try await place.finish(second)
    let jobs = try place.column("SELECT DISTINCT job FROM attempt")
    #expect(Set(workers.map(\.task)).isSubset(of: jobs), "\(jobs)")
    try place.expectSameEnd()
    for words in [["submit"] + place.study, ["submit", SlurmPlace.name]] {
      let again = try place.run(words)
      #expect(again.status == 0 && again.output.isEmpty && again.errors.contains("nothing to submit"), "\(again)")
    }
    #expect(try place.run(["jobs", SlurmPlace.name]).errors.contains("No jobs of study \(SlurmPlace.name)"))
  }

  @Test func `Jobs share a file, if that is asked for`() async throws {
    let place = try SlurmPlace(on: SlurmCluster.shared, .file)
    let refused = try place.program.run(["submit"] + place.study, environment: place.environment)
    #expect(refused.status == 2 && refused.errors.contains("--local_storage"), "\(refused)")
    #expect(!place.program.exists("studies"))
    let waiting = try place.run(["submit"] + place.study + ["--jobs=3", "--wait"])
    let again = try place.program.run(place.study)
    #expect(waiting.status == 0 && again.status == 0, "\(waiting)")
    let lines = waiting.output.split(separator: "\n", maxSplits: 1)
    try #require(lines.count == 2, "\(waiting)")
    let array = try place.submitted(Program.Ending(status: 0, output: "\(lines[0])\n", errors: ""))
    #expect(lines[1] == again.output)
    try await place.finish(array)
    try place.expectSameEnd()
  }

  @Test func `A job that reaches its time limit twice saves its trial, and goes on each time`() async throws {
    let place = try SlurmPlace(on: SlurmCluster.shared)
    let array = try place.submit("--jobs=2", "--time=1m", environment: Self.pause)
    for round in 1...2 {
      for worker in try await place.stopped(2, of: array) {
        // Slurm's signal comes up to a minute early; the process is to find it when it goes on.
        try await place.cluster.wait(until: "the time limit is near") { worker.isToEnd }
        worker.resume()
      }
      for task in try place.tasks(of: array) {
        try await place.requeued(task.id, of: array, round: round)
        let log = place.log(of: task.id)
        #expect(log.ranges(of: "the time limit is near: queued again").count == round, "\(log)")
      }
      for task in try place.tasks(of: array) { try await place.restart(task.id, of: array) }
    }
    try await place.finish(array)
    for task in try place.tasks(of: array) { #expect(try place.restarts(of: task.id) == 2) }
    #expect(place.logs(of: array).ranges(of: " again after epoch ").count == 4, "\(place.logs(of: array))")
    let endings = try place.column("SELECT ending FROM attempt ORDER BY started_at LIMIT 4")
    #expect(endings == Array(repeating: "interrupted", count: 4))
    try place.expectSameEnd()
  }

  @Test func `A job that is requeued from outside goes on`() async throws {
    let place = try SlurmPlace(on: SlurmCluster.shared)
    let array = try place.submit("--jobs=2", environment: Self.pause)
    let worker = try await place.stopped(2, of: array)[0]
    #expect(try place.cluster.call("scontrol", "requeue", worker.task).status == 0)
    try await place.requeued(worker.task, of: array)
    let listed = try place.run(["jobs", SlurmPlace.name]).output
    #expect(listed.contains(worker.task) && listed.contains("starts again at "), "\(listed)")
    try await place.finish(array)
    #expect(try place.restarts(of: worker.task) == 1)
    #expect(place.log(of: worker.task).contains(", start 2"), "\(place.log(of: worker.task))")
    #expect(place.logs(of: array).contains(" again after epoch "), "\(place.logs(of: array))")
    try place.expectSameEnd()
  }

  @Test func `A job that has to make room for an urgent one goes on afterwards`() async throws {
    let place = try SlurmPlace(on: SlurmCluster.shared)
    let array = try place.submit("--jobs=1", "--partition=work", "--slurm=--nodelist=n3", environment: Self.pause)
    let worker = try await place.stopped(1, of: array)[0]
    #expect(worker.node == "n3")
    let urgent = try place.cluster.call(
      "sbatch", "--parsable", "--partition=urgent", "--nodelist=n3", "--exclusive", "--output=/dev/null", "--wrap=true")
    #expect(urgent.status == 0, "\(urgent.errors)")
    try await place.requeued(worker.task, of: array)
    try await place.finish(array)
    #expect(try place.restarts(of: worker.task) == 1)
    #expect(place.log(of: worker.task).contains(" again after epoch "), "\(place.log(of: worker.task))")
    try place.expectSameEnd()
  }

  @Test(arguments: [true, false])
  func `Jobs that are cancelled stay so, and others take the study on`(byTheProgram: Bool) async throws {
    let place = try SlurmPlace(on: SlurmCluster.shared)
    let array = try place.submit("--jobs=2", environment: Self.pause)
    let workers = try await place.stopped(2, of: array)
    if byTheProgram {
      let ending = try place.run(["jobs", SlurmPlace.name, "--cancel"])
      #expect(ending.status == 0 && ending.errors.contains("Cancelled 2 jobs of study "), "\(ending)")
    } else {
      #expect(try place.cluster.call("scancel", "\(array)").status == 0)
    }
    try await place.cluster.wait(until: "both have ended, or are in the queue again") {
      try place.tasks(of: array).allSatisfy { $0.isOver || $0.waitsAfterRequeue }
    }
    #expect(try place.tasks(of: array).map(\.state) == ["CANCELLED", "CANCELLED"])
    for worker in workers { #expect(try place.restarts(of: worker.task) == 0) }
    #expect(try place.column("SELECT DISTINCT ending FROM attempt") == ["interrupted"])

    let second = try place.submitted(place.run(["submit", SlurmPlace.name]))
    try await place.finish(second)
    #expect(place.logs(of: second).contains(" again after epoch "), "\(place.logs(of: second))")
    try place.expectSameEnd()
  }

  @Test func `What no node can give is said, by Slurm's refusal or in the list of jobs`() throws {
    let place = try SlurmPlace(on: SlurmCluster.shared)
    let refused = try place.run(["submit"] + place.study + ["--partition=nowhere"])
    #expect(refused.status == 2 && refused.errors.contains("invalid partition"), "\(refused)")
    let absence = try place.run(["leaderboard"])
    #expect(absence.errors.contains("found no study"), "\(absence)")
    #expect(!place.program.exists("\(SlurmPlace.name).slurm"))

    let array = try place.submit("--jobs=1", "--cpus=99", "--memory=100M")
    let listed = try place.run(["jobs", SlurmPlace.name])
    #expect(listed.output.contains("\(array)_1") && listed.output.contains("can never start: "), "\(listed)")
    #expect(try place.run(["jobs", SlurmPlace.name, "--cancel"]).status == 0)
    #expect(try place.tasks(of: array).allSatisfy { $0.state == "CANCELLED" })
  }

  @Test func `A dry run prints the script, and leaves nothing behind`() throws {
    let place = try SlurmPlace(on: SlurmCluster.shared)
    let jobs = { try place.cluster.call("squeue", "-h", "-a", "-t", "all", "-o", "%A").output }
    let (before, files) = (try jobs(), try FileManager.default.contentsOfDirectory(atPath: place.program.folder.path))
    let ending = try place.run(["submit"] + place.study + ["--jobs=3", "--at_most=2", "--time=1h30m", "--dry_run"])
    #expect(ending.status == 0 && ending.output.hasPrefix("#!/bin/bash\n"), "\(ending)")
    for line in ["--array=1-3%2", "--time=0-01:30:00", "--requeue", "--open-mode=append"] {
      #expect(ending.output.contains(line), "\(ending.output)")
    }
    #expect(try jobs() == before)
    #expect(try FileManager.default.contentsOfDirectory(atPath: place.program.folder.path) == files)
    #expect(try place.column("SELECT count(*) FROM pg_namespace WHERE nspname = 'run_hyper'") == ["0"])
  }
}
