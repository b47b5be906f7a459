import Foundation
import Testing

@testable import Model

@Suite struct OrderedWorkTests {
  @Test(arguments: [1, 2, 7])
  func `Results arrive one at a time in the order of their portions`(threads: Int) throws {
    var (next, delivered) = (0, [Int]())
    try inOrder(
      threads: threads,
      next: {
        next += 1
        return next <= 200 ? next : nil
      }, work: { _, portion in portion * portion }, deliver: { delivered.append($0) })
    #expect(delivered == (1...200).map { $0 * $0 })
  }

  private struct Failure: Error {}

  @Test(arguments: [1, 2, 7])
  func `What is delivered before an error does not depend on the number of threads`(threads: Int) {
    for place in ["next", "work", "deliver"] {
      var (next, delivered) = (0, [Int]())
      #expect(throws: Failure.self) {
        try inOrder(
          threads: threads,
          next: { () throws -> Int? in
            next += 1
            if place == "next", next == 50 { throw Failure() }
            return next
          },
          work: { _, portion in
            if place == "work", portion >= 50 { throw Failure() }
            return portion
          },
          deliver: { result in
            if place == "deliver", result == 50 { throw Failure() }
            delivered.append(result)
          })
      }
      #expect(delivered == Array(1..<50), "\(place)")
    }
  }
}
