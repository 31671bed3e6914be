// What crosses the API, as far as the scripts look at it.

export interface Photo {
  id: string;
  url: string;
  medium_url: string;
  thumbnail_url: string;
  width: number;
  height: number;
  alt: string | null;
}

export interface Notification {
  id: string;
  title: string;
  body: string;
  post_id: string;
  post: { photo: Photo | null } | null;
  read_at: string | null;
  created_at: string;
}

export interface Unread {
  unread: number;
}

export interface PostSummary {
  id: string;
  open: boolean;
  title: string;
  starts_on: string | null;
  ends_on: string | null;
  hours_per_day: number | null;
  photo: Photo | null;
}

export interface Message {
  id: string;
  number: number;
  conversation_id: string;
  sender_id: string;
  client_id: string | null;
  body: string;
  photos: Photo[];
  post: PostSummary | null;
  warning: boolean;
  sent_at: string;
}

export interface MessagePage {
  items: Message[];
  has_before: boolean;
  has_after: boolean;
}

export interface Conversation {
  id: string;
  my_side: "helper" | "host";
  helper: { id: string; name: string; photo: Photo | null };
  host: { id: string; name: string; photo: Photo | null; account_id: string | null };
  last_message: Message | null;
  last_number: number;
  unread: number;
  updated_at: string;
}

export interface Subscription {
  id: string;
  name: string;
  status: "active" | "paused";
  matching_posts: number;
}

export interface Post {
  id: string;
  title: string;
  status: "draft" | "published" | "closed";
  version: number;
}
