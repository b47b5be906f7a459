import Foundation
import Testing

@testable import Tuner

@Suite struct ParzenEstimatorTests {
  private let estimator = ParzenEstimator(
    [.categories(3), .steps(4), .interval], points: [[1, 0.125, 0.2], [1, 0.625, 0.9], [0, 0.625, 1]],
    weights: [0.5, 1.5, 1])

  @Test func `The density has a mass of one`() {
    #expect(abs(masses().reduce(0, +) - 1) < 1e-6)
    let prior = ParzenEstimator([.categories(3), .steps(4), .interval], points: [], weights: [])
    #expect(abs(masses(of: prior).reduce(0, +) - 1) < 1e-6)
  }

  @Test func `Draws follow the density`() {
    var generator = SplitMix64(5)
    let masses = masses()
    var counts = [Int](repeating: 0, count: masses.count)
    for _ in 0..<20_000 {
      let point = estimator.draw(using: &generator)
      let (category, step) = (Int(point[0]), Int(point[1] * 4))
      #expect(point[1] == (Double(step) + 0.5) / 4)
      counts[(category * 4 + step) * 4 + min(Int(point[2] * 4), 3)] += 1
    }
    let distance = zip(counts, masses).reduce(0) { sum, pair in
      let expected = 20_000 * pair.1
      return sum + (Double(pair.0) - expected) * (Double(pair.0) - expected) / expected
    }
    // The 0.999 quantile of χ² with 47 degrees of freedom.
    #expect(distance < 82.7)
  }

  @Test func `It is dense where heavy points lie`() {
    #expect(estimator.logDensity([1, 0.625, 0.9]) > estimator.logDensity([1, 0.125, 0.2]))
    #expect(estimator.logDensity([1, 0.125, 0.2]) > estimator.logDensity([2, 0.375, 0.5]))
  }

  @Test func `Far from all points the prior is left`() {
    let estimator = ParzenEstimator([.interval], points: [[0], [0.001]], weights: [1, 1])
    let prior = ParzenEstimator([.interval], points: [], weights: [])
    #expect(abs(estimator.logDensity([1]) - (prior.logDensity([1]) - log(3))) < 1e-9)
  }

  /// The mass of each category, step and quarter of the interval.
  private func masses(of other: ParzenEstimator? = nil) -> [Double] {
    let estimator = other ?? estimator
    let parts = 1000
    return (0..<48).map { cell in
      (0..<parts).reduce(0) { sum, part in
        let x = (Double(cell % 4) + (Double(part) + 0.5) / Double(parts)) / 4
        let point = [Double(cell / 16), (Double(cell / 4 % 4) + 0.5) / 4, x]
        // An estimator leaves out the constant of the normal density.
        return sum + exp(estimator.logDensity(point)) / (2 * .pi).squareRoot() / Double(4 * parts)
      }
    }
  }
}
