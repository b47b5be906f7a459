import Testing

@testable import Tuner

@Suite struct RevisionTests {
  @Test func `Every change that a report shows raises the revision once, and nothing else does`() throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy("a choice [1,2]")
    let study = try store.createOrContinue(definition, cells: cells).study
    #expect(try store.revision(of: study) == 1)
    var revisions: [Int?] = []
    func after(_ work: () throws -> Void) throws {
      try work()
      revisions.append(try store.revision(of: study))
    }
    let owner = store.makeOwner()
    let first = try #require(try store.claim(from: study, owner: owner).trial)
    #expect(try store.revision(of: study) == 2)
    let report = RunningTrial.Report(epoch: 1, values: [("valid.mrr@10", 0.5)], checkpoint: nil, isLast: false)
    try after { _ = try store.observe(first, report, seconds: 1, of: study) }
    try after { try store.beat(owners: [owner]) }
    try after { _ = try store.release(first, epoch: 1, checkpoint: nil, seconds: 1) }
    try after { _ = try store.reclaim(in: study) }
    #expect(revisions == [3, 3, 4, 4])

    revisions = []
    for _ in 0..<2 {
      let trial = try #require(try store.claim(from: study, owner: owner).trial)
      let result = TrialResult(bestEpoch: 1, bestValue: 0.5, metrics: [], ranks: [:], weights: nil)
      try after { _ = try store.finish(trial, .completed(result), seconds: 1, of: study) }
    }
    try after { if case .over = try store.claim(from: study, owner: owner) {} else { Issue.record("not over") } }
    try after { _ = try store.endEarly(study) }
    try after { _ = try store.createOrContinue(definition, cells: cells) }
    #expect(revisions == [6, 8, 8, 8, 9])
    #expect(try sqlite(folder.database, "SELECT group_concat(completed_after) FROM trial") == "5,7\n")

    _ = try store.delete(study)
    #expect(try store.revision(of: study) == nil)
  }
}
