/** What a visitor is called that a server knows by a user id alone. */
export const USER_PREFIX = 'user:'

/** The browser of somebody that a server knows by a user id alone; everything in it names that user. */
export function browserOfUser(userId: string): string {
  return `${USER_PREFIX}${userId}`
}

/** What a visitor is called that stands for somebody's mailbox; everything in it names that person. */
export const MAIL_BROWSER = 'email:'
