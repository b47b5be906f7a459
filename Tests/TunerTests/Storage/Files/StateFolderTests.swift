import Foundation
import Testing

@testable import Tuner

@Suite struct StateFolderTests {
  private let folder = Folder()

  private var states: StateFolders { StateFolders(of: folder.database) }

  @Test func `A saved state is read, listed, replaced and removed by its name`() throws {
    for states in [states.checkpoints, states.weights(of: 3)] {
      try expectContract(of: states)
      #expect(!FileManager.default.fileExists(atPath: states.location))
    }
  }

  @Test(arguments: ["../../x", "/etc/passwd", "a/../../x", "..", ".", "", "/", "a\0/../b", "../x/", "../\u{301}x"])
  func `Whatever name a database gives, the state is in the folder`(name: String) throws {
    try FileManager.default.createDirectory(atPath: folder.path + "/b", withIntermediateDirectories: true)
    for states in [states.checkpoints, states.weights(of: 1)] {
      let url = URL(fileURLWithPath: states.location(of: name))
      #expect(url.standardizedFileURL.deletingLastPathComponent().path == states.location)
      try states.save([7], as: name)
      #expect(states.list() == [url.lastPathComponent])
      #expect(states.contains(name) == true)
      #expect(try states.read(name) == [7])
      states.remove([name])
      #expect(states.list().isEmpty)
    }
    #expect(
      folder.files("") == ["b", "studies.sqlite.checkpoints", "studies.sqlite.weights", "studies.sqlite.weights/1"])
  }

  @Test func `A place that cannot be looked at may have the state`() throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.database + ".checkpoints", withDestinationPath: folder.database + ".checkpoints")
    #expect(states.checkpoints.contains("a") == nil)
    #expect(throws: StorageError.self) { try states.checkpoints.save([1], as: "a") }
  }

  // MARK: - Lost folders

  @Test func `A folder that goes between two states is made again, and this is said once`() throws {
    let states = states
    let (checkpoints, weights) = (states.checkpoints, states.weights(of: 2))
    try checkpoints.save([1], as: "a")
    try states.weights(of: 2).save([2], as: "a")
    try checkpoints.save([3], as: "b")
    #expect(states.takeNotices().isEmpty)

    try FileManager.default.removeItem(atPath: weights.location)
    try FileManager.default.moveItem(atPath: checkpoints.location, toPath: folder.path + "/moved")
    try weights.save([2], as: "a")
    try checkpoints.save([4], as: "c")
    #expect(checkpoints.list() == ["c"])
    #expect(
      states.takeNotices() == [
        "\(folder.database).weights/2 was deleted, moved or replaced during the run; weights that were in it are missing",
        "\(folder.database).checkpoints was deleted, moved or replaced during the run; unfinished trials whose checkpoints were in it restart from the beginning",
      ])
    #expect(states.takeNotices().isEmpty)
  }

  @Test func `The first state of a process says nothing about an earlier folder`() throws {
    try states.checkpoints.save([1], as: "a")
    try FileManager.default.removeItem(atPath: states.checkpoints.location)
    let later = states
    try later.checkpoints.save([1], as: "a")
    #expect(later.takeNotices().isEmpty)
  }

  @Test func `A state is not saved where the database's folder has gone`() throws {
    let away = folder.path + "/away"
    try FileManager.default.createDirectory(atPath: away, withIntermediateDirectories: false)
    let states = StateFolders(of: away + "/s.sqlite")
    for states in [states.checkpoints, states.weights(of: 1)] { try states.save([1], as: "a") }
    try FileManager.default.removeItem(atPath: away)
    for states in [states.checkpoints, states.weights(of: 1)] {
      let error = #expect(throws: StorageError.self) { try states.save([1], as: "a") }
      #expect(error?.location.hasPrefix(away + "/s.sqlite.") == true)
    }
    #expect(!FileManager.default.fileExists(atPath: away))
    // A folder that all processes share has no database in it.
    let shared = StateFolders(named: away + "/studies-1")
    for states in [shared.checkpoints, shared.weights(of: 1)] { try states.save([1], as: "a") }
    #expect(shared.present().map(\.suffix) == [".checkpoints", ".weights"])
  }

  @Test func `Empty folders are removed, and others stay`() throws {
    for states in [states.checkpoints, states.weights(of: 1), states.weights(of: 2)] { try states.save([1], as: "a") }
    states.weights(of: 1).remove(["a"])
    states.removeEmpty()
    #expect(states.checkpoints.list() == ["a"])
    #expect(states.weightsOfAll().map(\.study) == ["2"])
    states.checkpoints.remove(["a"])
    states.weights(of: 2).remove(["a"])
    states.removeEmpty()
    #expect(folder.files("").isEmpty)
  }

  // MARK: - The folders of a database

  @Test func `The weights of all studies are found, and the folders that exist`() throws {
    #expect(states.weightsOfAll().isEmpty)
    #expect(states.present().isEmpty)
    try states.weights(of: 12).save([1], as: "a")
    try states.weights(of: 2).save([1], as: "b")
    try Data().write(to: URL(fileURLWithPath: folder.database + ".weights/mine"))
    let all = states.weightsOfAll()
    #expect(all.map(\.study) == ["12", "2", "mine"])
    #expect(all.map { $0.states.list() } == [["a"], ["b"], []])
    #expect(states.present() == [.init(path: folder.database + ".weights", suffix: ".weights")])
  }
}
