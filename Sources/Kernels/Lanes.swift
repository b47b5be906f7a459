/// The next multiple of 16.
package func roundedToLanes(_ count: Int) -> Int { (count + 15) / 16 * 16 }
