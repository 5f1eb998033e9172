"""MediaPipe Pose's answers to pictures, as COCO-17 keypoints; run by an environment that has it.

``printf '%s\\n' a.jpg b.jpg | MEDIAPIPE-PYTHON benchmarks/mediapipe_pose.py`` reads paths, one a
line, from standard input and answers each at once with a line of JSON: `file`, `elapsed_ms` (of
the decoded picture), `keypoints` (17 x [x, y, visibility] in the picture's pixels, or null where
nobody was found). An empty line ends it. Imports nothing of the project.
"""

import argparse
import json
import sys
import time

# Which of MediaPipe's 33 landmarks are COCO's 17, in COCO's order.
COCO_FROM_BLAZEPOSE = (0, 2, 5, 7, 8, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28)


def coco_keypoints(landmarks, width, height):
    """Turn shares of the picture, counted from its corner, into pixels counted from a centre."""
    chosen = [landmarks[i] for i in COCO_FROM_BLAZEPOSE]
    return [[p.x * width - 0.5, p.y * height - 0.5, p.visibility] for p in chosen]


def answer(pose, path):
    import cv2

    picture = cv2.imread(path, cv2.IMREAD_COLOR)
    if picture is None:
        return {"file": path, "error": "cannot be read as a picture"}
    rgb = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
    start = time.perf_counter()
    found = pose.process(rgb).pose_landmarks
    elapsed = 1000 * (time.perf_counter() - start)
    height, width = rgb.shape[:2]
    keypoints = found and coco_keypoints(found.landmark, width, height)
    return {"file": path, "elapsed_ms": elapsed, "keypoints": keypoints}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model-complexity", type=int, default=1, choices=(0, 1, 2))
    args = parser.parse_args()
    import mediapipe

    # Each picture by itself: the detector looks at every one, nothing is tracked.
    pose = mediapipe.solutions.pose.Pose(
        static_image_mode=True, model_complexity=args.model_complexity
    )
    print(json.dumps({"mediapipe": mediapipe.__version__}), flush=True)
    for line in sys.stdin:
        path = line.rstrip("\n")
        if not path:
            break
        print(json.dumps(answer(pose, path)), flush=True)


if __name__ == "__main__":
    main()
