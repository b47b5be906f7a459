import Foundation
import Testing

/// Jobs on nodes that are hosts of their own, where a node can die and its link can be cut; all that they share is the server.
@Suite(
  .serialized,
  .enabled(if: SlurmCluster.hostsAreAvailable && PostgreSQLServer.isInstalled, SlurmCluster.hostsAbsence),
  .timeLimit(.minutes(20)))
struct SlurmHostTests {
  @Test func `A job whose node dies goes on, on another node`() async throws {
    let cluster = try SlurmCluster.ofHosts
    let place = try SlurmPlace(on: cluster, .host)
    let array = try place.submit("--jobs=1", environment: Pausing.afterReports(3))
    let worker = try await place.stopped(1, of: array)[0]
    try cluster.order("die \(worker.node)")
    try await place.requeued(worker.task, of: array)
    try await place.restart(worker.task, of: array)
    let second = try await place.stopped(1, of: array)[0]
    #expect(second.node != worker.node)
    try await place.finish(array)
    try cluster.order("recover \(worker.node)")
    #expect(try place.column("SELECT ending FROM attempt ORDER BY started_at LIMIT 1") == ["lost"])
    #expect(place.log(of: worker.task).contains(" again after epoch "), "\(place.log(of: worker.task))")
    try place.expectSameEnd()
  }

  @Test
  func `A process that trains on behind a cut link writes nothing to a trial that another job has`() async throws {
    let cluster = try SlurmCluster.ofHosts
    let place = try SlurmPlace(on: cluster, .host, study: Self.long)
    let array = try place.submit("--jobs=2", environment: Pausing.afterReports(3))
    let workers = try await place.stopped(2, of: array)
    let (old, other) = (workers[0], workers[1])
    // What Slurm does with the old process when it is back would hide what the program does.
    try cluster.order("freeze \(old.node)")
    try cluster.order("cut \(old.node)")
    let attempts = "attempt WHERE job = '\(old.task)' AND attempt = 1"
    let points = "SELECT count(*) FROM observation JOIN (SELECT * FROM \(attempts)) AS own USING (trial_id, attempt)"
    other.resume()
    try await cluster.wait(until: "its trial is lost; \(place.logs(of: array))") {
      try place.column("SELECT ending FROM \(attempts) AND ending IS NOT NULL") == ["lost"]
    }
    let before = try place.column(points)
    try await place.requeued(old.task, of: array)

    let ticks = old.usedTicks
    old.resume()
    try await cluster.wait(until: "it trains on") { old.usedTicks >= ticks + 20 }
    try cluster.order("mend \(old.node)")
    try await cluster.wait(until: "it is told; \(place.logs(of: array))") {
      place.log(of: old.task).contains("was taken over by another process")
    }
    #expect(try place.column(points) == before)
    // Slurm ends what it has given to another node.
    try cluster.order("recover \(old.node)")
    try await cluster.wait(until: "the old process ends") {
      SlurmWorker.all(of: array, on: cluster).allSatisfy { $0.process != old.process }
    }
    try await place.finish(array)
    try place.expectSameEnd()
  }

  /// So long that a process is still at its trial after what is to happen meanwhile.
  private static let long = [
    "--params_file=hyper.test", "--hidden_size=64", "--inner_size=64", "--epochs=8",
  ]
}
