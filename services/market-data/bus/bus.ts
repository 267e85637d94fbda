/** Longest message of any bus in bytes: PostgreSQL takes notifications of less than 8000. */
export const MAX_MESSAGE = 7999;

/**
 * Publish and subscribe between the pods of a service: a message reaches each pod that listens now, its sender too, at
 * most once. Messages may get lost.
 */
export interface Bus {
  /**
   * Sends a message to all listeners of a channel.
   * @param message of no more than `MAX_MESSAGE` bytes
   * @throws Error when the bus is away: no pod got the message, or that isn't known
   */
  publish(channel: string, message: string): Promise<void>;
  /** Calls `listener` with each message from now on; when the connection is lost, again as soon as it is back. */
  listen(channel: string, listener: (message: string) => void): void;
  close(): Promise<void>;
}
