import Locks
import Model
import Testing

@Suite struct ProfileTests {
  /// A profile whose clock moves on by a second whenever it is read.
  private static func profile() -> Profile {
    let readings = Locked(0.0)
    return Profile(clock: {
      readings.withLock {
        $0 += 1
        return $0
      }
    })
  }

  @Test func `Work inside products, attention, head and optimizer belongs to them`() {
    let profile = Self.profile()
    let result = profile.take {
      Profile.measure(.elements) {
        Profile.measure(.products) {}
        Profile.measure(.elements) {}
        Profile.measure(.head) { Profile.measure(.products) {} }
      }
      return Profile.measure(.optimizer) { 5 }
    }
    #expect(result == 5)
    #expect(profile.seconds == [.rest: 3, .elements: 3, .products: 1, .head: 1, .optimizer: 1])
  }

  @Test func `Nothing is counted outside of a profile`() {
    let profile = Self.profile()
    profile.take {}
    #expect(Profile.measure(.products) { 7 } == 7)
    #expect(profile.seconds == [.rest: 1])
  }

  @Test func `A training run has work of every kind, and ends alike with and without a profile`() throws {
    let configuration = TrainerTests.configuration()
    let dataset = TrainerTests.dataset()
    let profile = Self.profile()
    let trace = try profile.take { try TrainerTests.trace(Trainer(configuration: configuration, dataset: dataset)) }
    #expect(Set(profile.seconds.keys) == Set(Profile.Kind.allCases))
    #expect(try trace == TrainerTests.trace(Trainer(configuration: configuration, dataset: dataset)))
  }
}
