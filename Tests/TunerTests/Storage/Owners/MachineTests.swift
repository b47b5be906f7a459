import Foundation
import Locks
import Testing

@testable import Tuner

/// The record of machines, and studies that machines with other bits would like to share.
@Suite struct MachineTests {
  /// A database in a file, and one on a server if there is one.
  enum Place: String, CaseIterable {
    case file, server

    static let all = PostgreSQLServer.isInstalled ? allCases : [.file]

    func path(_ folder: Folder) throws -> String {
      self == .file ? folder.database : try PostgreSQLServer.shared.newDatabase()
    }
  }

  private static func machine(_ set: String, isMixed: Bool = false) -> Machine {
    Machine(cpu: "CPU of \(set)", instructionSet: set, isMixed: isMixed) { $0.hasPrefix("v") == set.hasPrefix("v") }
  }

  private static func store(_ path: String, _ set: String?, isMixed: Bool = false) throws -> StudyStore {
    try StudyStore(writing: path, machine: set.map { machine($0, isMixed: isMixed) })
  }

  private static func open(_ store: StudyStore) throws -> StudyOpening {
    let (definition, cells) = try makeStudy("a choice [1,2,3]\nb choice ['x']")
    return try store.createOrContinue(definition, cells: cells)
  }

  private static func claim(_ store: StudyStore, _ study: Study, owner: String? = nil) throws -> ClaimedTrial {
    guard case .trial(let trial) = try store.claim(from: study, owner: owner ?? store.makeOwner()) else {
      throw StorageError(location: "", found: "no trial", expected: "one")
    }
    return trial
  }

  /// Runs a study until its second epoch is over.
  private static func begin(_ store: StudyStore, _ study: Study) async throws {
    let stop = StopController()
    _ = try await StudyRunner(
      store: store, study: study, objective: Toy.stopping(stop, inEpoch: 7), workers: 1, stop: stop
    ).run()
  }

  @Test(arguments: Place.all)
  func `Each attempt names its machine`(place: Place) async throws {
    let folder = Folder()
    let path = try place.path(folder)
    let (first, second) = (try Self.store(path, "v4"), try Self.store(path, "v3"))
    let study = try Self.open(first).study
    try await Self.begin(first, study)
    let story = try first.story(of: 2, in: study)
    #expect(!story.hasSeveralMachines)
    #expect(
      story.attempts.map(\.machine) == [
        AttemptMachine(host: first.process.host, cpu: "CPU of v4", instructionSet: "v4")
      ])
    #expect(try Self.open(second).mixture == nil)
    #expect(try await StudyRunner(store: second, study: study, objective: Toy(), workers: 1).run() == .finished)
    let continued = try second.story(of: 2, in: study)
    #expect(continued.hasSeveralMachines)
    #expect(continued.attempts.map(\.machine?.instructionSet) == ["v4", "v3"])
    let notes = try second.verify().studies[0].checks.first { $0.name == "attempts" }?.notes
    let host = first.process.host
    #expect(notes == ["2 attempts on \(host) (CPU of v3, v3)", "2 attempts on \(host) (CPU of v4, v4)"])
  }

  @Test(arguments: Place.all)
  func `A study with results that may have other bits is refused, unless it may be mixed`(place: Place) async throws {
    let folder = Folder()
    let path = try place.path(folder)
    let first = try Self.store(path, "v4")
    let study = try Self.open(first).study
    try await Self.begin(first, study)
    let revision = try first.revision(of: study)
    let other = try Self.store(path, "arm")
    let error = #expect(throws: MixedMachines.self) { try Self.open(other) }
    let host = first.process.host
    #expect(
      error?.description == """
        study 'toy' has results of machines whose last bits may differ from this one's; run it on such a machine, use \
        another name (--study=NAME), or accept the difference (--mixed_machines)
          \(host) (CPU of v4, v4): 2 trials
          \(host) (CPU of arm, arm): this machine
        """)
    #expect(try first.revision(of: study) == revision)
    #expect(throws: MixedMachines.self) { try Self.claim(other, study) }

    let mixing = try Self.store(path, "arm", isMixed: true)
    #expect(try Self.open(mixing).mixture == error)
    #expect(try await StudyRunner(store: mixing, study: study, objective: Toy(), workers: 1).run() == .finished)
    // Who goes on with what was mixed has to accept it, too.
    let both = #expect(throws: MixedMachines.self) { try Self.open(Self.store(path, "v3")) }
    #expect(both?.others.map(\.machine.instructionSet) == ["arm"])
    // What says nothing about itself takes part as before.
    #expect(try Self.open(Self.store(path, nil)).mixture == nil)
  }

  @Test(arguments: Place.all)
  func `Of two that begin a study at once, the second to take a trial is refused`(place: Place) throws {
    let folder = Folder()
    let path = try place.path(folder)
    let (first, second) = (try Self.store(path, "v4"), try Self.store(path, "arm"))
    let study = try Self.open(first).study
    #expect(try Self.open(second).mixture == nil)
    _ = try Self.claim(first, study)
    let error = #expect(throws: MixedMachines.self) { try Self.claim(second, study) }
    #expect(error?.others.map(\.trialCount) == [1])
    _ = try Self.claim(first, study)
    #expect(throws: MixedMachines.self) { try Self.claim(second, study) }
  }

  @Test(arguments: Place.all)
  func `Attempts from which nothing is left do not count`(place: Place) throws {
    let folder = Folder()
    let path = try place.path(folder)
    let (first, other) = (try Self.store(path, "v4"), try Self.store(path, "arm"))
    let study = try Self.open(first).study
    func refuses() throws -> Bool {
      do { return try Self.open(other).mixture != nil } catch is MixedMachines { return true }
    }
    #expect(try !refuses())
    // A failed trial has no result.
    let failed = try Self.claim(first, study)
    #expect(try refuses())
    _ = try first.finish(failed, .failed(kind: "x", message: "y"), seconds: 1, of: study)
    #expect(try !refuses())
    // A trial that was interrupted before it had a state starts again.
    let released = try Self.claim(first, study)
    _ = try first.release(released, epoch: 0, checkpoint: nil, seconds: 1)
    #expect(try !refuses())
    // With a state, it goes on from there.
    let again = try Self.claim(first, study)
    #expect(again.id == released.id)
    _ = try first.release(again, epoch: 1, checkpoint: [1, 2, 3], seconds: 1)
    #expect(try refuses())
    // Another one begins it from scratch, and nothing of the first is left.
    let third = try Self.claim(try Self.store(path, "arm", isMixed: true), study)
    #expect(third.id == released.id && third.checkpointEpoch == 1)
    #expect(try refuses())
    try first.startAfresh(third, because: "a test", of: study)
    #expect(try !refuses())
  }
}
