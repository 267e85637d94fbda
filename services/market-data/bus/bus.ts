/** Longest message of any bus in bytes: PostgreSQL takes notifications of less than 8000. */
export const MAX_MESSAGE = 7999;

/** Where all pods publish, and listen. */
export const CHANNEL = "market_data_trades";

/**
 * Publish and subscribe between the pods of a service: a message reaches each pod that listens now, its sender too, at
 * most once. Messages may get lost.
 */
export interface Bus {
  /**
   * @param message of no more than `MAX_MESSAGE` bytes
   * @throws Error when the bus is away: no pod got the message, or that isn't known
   */
  publish(message: string): Promise<void>;
  /** Called with each message; while the connection is lost there are none. */
  onMessage: (message: string) => void;
  close(): Promise<void>;
}
