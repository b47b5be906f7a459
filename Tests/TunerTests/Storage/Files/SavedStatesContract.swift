import Testing

@testable import Tuner

/// What a place for saved states does, wherever it keeps them; the place is empty before and afterwards.
func expectContract(of states: any SavedStates) throws {
  #expect(states.list().isEmpty)
  #expect(states.contains("b") == false)
  try states.save([1, 2], as: "b")
  try states.save([], as: "a")
  #expect(try states.read("b") == [1, 2])
  #expect(try states.read("a").isEmpty)
  #expect(states.list() == ["a", "b"])
  #expect(states.contains("b") == true)
  try states.save([3], as: "b")
  #expect(try states.read("b") == [3])
  #expect(states.list() == ["a", "b"])

  states.remove(["b", "never saved"])
  #expect(states.list() == ["a"])
  #expect(states.contains("b") == false)
  let error = #expect(throws: StorageError.self) { try states.read("b") }
  #expect(error?.location == states.location(of: "b"))
  states.removeAll()
  #expect(states.list().isEmpty)
}
