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

export interface Subscription {
  id: string;
  name: string;
  status: "active" | "paused";
  matching_posts: number;
}

export interface Post {
  id: string;
  status: "draft" | "published" | "closed";
  version: number;
}
