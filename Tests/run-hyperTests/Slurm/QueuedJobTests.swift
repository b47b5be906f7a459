import Testing

@testable import run_hyper

/// What the queue of Slurm says about a study's jobs.
@Suite struct QueuedJobTests {
  private static let mark = StudyMark(database: "/a/studies.sqlite", study: "s")

  @Test func `Jobs of studies are found among others`() throws {
    let output = """
      12_1|RUNNING|None|2026-11-26T10:00:00|n1|\(Self.mark.comment(logFolder: "/home/me/a:b|c/s.slurm"))
      12_2|PENDING|Resources|N/A||\(Self.mark.comment(logFolder: "/x"))
      13|RUNNING|None|2026-11-26T10:00:00|n2|(null)
      14|RUNNING|None|N/A|n2|run-hyper:short:/x
      15|RUNNING|None|N/A|n2|a|comment|with|bars
      broken

      """
    let jobs = QueuedJob.parse(output)
    #expect(jobs.map(\.id) == ["12_1", "12_2"])
    let first = try #require(jobs.first)
    #expect(first.mark == Self.mark && first.nodes == "n1" && first.state == "RUNNING" && first.array == "12")
    #expect(first.log == "/home/me/a:b|c/s.slurm/12_1.txt")
    #expect(first.wait == "" && !first.isWaiting && !first.hasEnded)
    #expect(jobs[1].wait == "waits for free cores or memory")
    #expect(jobs[1].nodes == "" && jobs[1].start == nil)
  }

  @Test func `Studies of one name in two databases have two marks`() {
    #expect(Self.mark == StudyMark(database: "/a/studies.sqlite", study: "s"))
    #expect(Self.mark != StudyMark(database: "/b/studies.sqlite", study: "s"))
    #expect(Self.mark != StudyMark(database: "/a/studies.sqlite", study: "t"))
    #expect(Self.mark.description.count == 16)
  }

  @Test(arguments: [
    (
      "PartitionConfig",
      "can never start: no node of the partition has so many cores or so much memory (PartitionConfig)"
    ),
    ("BadConstraints", "can never start: no node fits the request: its cores, memory or --constraint (BadConstraints)"),
    (
      "ReqNodeNotAvail, UnavailableNodes:n1",
      "cannot start: the nodes that it needs are down, drained or reserved (ReqNodeNotAvail, UnavailableNodes:n1)"
    ),
    ("JobArrayTaskLimit", "other jobs of the array have to end first (--at_most)"),
    ("QOSMaxCpuPerUserLimit", "a limit of the quality of service (QOSMaxCpuPerUserLimit)"),
    ("AssocGrpCpuLimit", "a limit of the account (AssocGrpCpuLimit)"), ("SomethingNew", "SomethingNew"),
    ("Priority", "others are before it in the queue"),
    ("BeginTime", "starts again later; Slurm holds a requeued job for two minutes"),
  ])
  func `Reasons are said in words`(code: String, words: String) {
    #expect(PendingReason.words(for: code) == words)
  }

  @Test func `A start that is known is said`() {
    #expect(
      PendingReason.words(for: "BeginTime", start: "2026-11-26 10:02:01")
        == "starts again at 2026-11-26 10:02:01; Slurm holds a requeued job for two minutes")
    #expect(
      PendingReason.words(for: "Resources", start: "2026-11-26 10:02:01")
        == "waits for free cores or memory; expected to start at 2026-11-26 10:02:01")
  }
}
